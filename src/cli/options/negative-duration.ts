/** Whether a word begins as a duration with a minus sign does: it is one, or was meant as one (`-P1X`, `-3dd`). Pure. */
export function isNegativeDuration(word: string): boolean {
  return negativeDuration.test(word);
}

// A number alone is none: an option may have it as its value. What begins as `-profile` does is an option.
const negativeDuration = /^-(?:[Pp][TWDHMSYtwdhmsy.,]*(?:\d.*)?|P[A-Z]|(?:\d+(?:\.\d+)?|\.\d+)[^\d.].*)$/s;
