import { it } from "vitest";

// The proofs of these stand with the commands that they are about.
it.todo("T25 the right credential is picked from every file that Adobe Developer Console gives");
it.todo("T26 ids of 19 digits come through unchanged");
it.todo("T27 a list of registrations is read to its last page, and may be empty");
