/** The shells that there is a script for. */
export type Shell = "bash" | "zsh" | "fish";

/**
 * Bash alone, from the 3.2 that macOS has: no package of helper functions is needed. It cuts words at `=` and `:` too
 * (COMP_WORDBREAKS), so they are glued together to ask, and cut again to answer. Words come with their quotes and
 * backslashes, which are taken off to ask; a candidate with a blank or a sign of the shell's goes back with them, so that
 * no name of a flow is ever run.
 */
const bash = `# flowrun: completion for bash. In ~/.bashrc: eval "$(flowrun completion bash)"
_flowrun_typed() {
  local from=$candidate sign i
  candidate=
  for ((i = 0; i < \${#from}; i++)); do
    sign=\${from:i:1}
    if [[ -z $quote ]]; then
      [[ $sign != [[:alnum:]_.,:=@%+/-] && $sign == [[:space:][:punct:]] ]] && candidate+=\\\\
    else
      [[ $quote == \\" && $sign == [\\\\\\"\\$\\\`] ]] && candidate+=\\\\
    fi
    candidate+=$sign
  done
}
_flowrun() {
  local rest=\${COMP_LINE:0:COMP_POINT} cut= breaks candidate quote= i n=-1
  local -a words=()
  for ((i = 0; i <= COMP_CWORD; i++)); do
    if ((n < 0)) || [[ $rest == [[:blank:]]* ]]; then
      rest=\${rest#"\${rest%%[![:blank:]]*}"}
      n=$((n + 1))
      words[n]=
    fi
    if ((i == COMP_CWORD)); then
      words[n]+=$rest
    else
      words[n]+=\${COMP_WORDS[i]}
      rest=\${rest#"\${COMP_WORDS[i]}"}
    fi
  done
  [[ \${COMP_WORDS[COMP_CWORD]} == [\\"\\']* ]] && quote=\${COMP_WORDS[COMP_CWORD]:0:1}
  for ((i = 0; i <= n; i++)); do words[i]=\${words[i]//[\\"\\'\\\\]/}; done
  breaks=\${COMP_WORDBREAKS//[^=:]/}
  [[ -n $breaks && \${words[n]} == *[$breaks]* ]] && cut=\${words[n]%"\${words[n]##*[$breaks]}"}
  COMPREPLY=()
  while IFS= read -r candidate; do
    candidate=\${candidate%%$'\\t'*}
    if [[ $candidate == :files ]]; then
      compopt -o filenames 2>/dev/null
      while IFS= read -r candidate; do COMPREPLY+=("$candidate"); done < <(compgen -f -- "\${words[n]}")
      return
    fi
    candidate=\${candidate#"$cut"}
    [[ $quote == \\' && $candidate == *\\'* ]] && continue
    [[ $candidate == *[![:alnum:]_.,:=@%+/-]* ]] && _flowrun_typed
    COMPREPLY+=("$candidate")
  done < <(flowrun complete -- "\${words[@]:1}" 2>/dev/null)
}
complete -F _flowrun flowrun
`;

const zsh = `#compdef flowrun
# flowrun: completion for zsh. In ~/.zshrc, after compinit: eval "$(flowrun completion zsh)"
_flowrun() {
  local -a lines described
  local line
  # Of a quote that is still open (Q) takes nothing off.
  line=\${\${(Q)words[CURRENT]}#[\\"\\']}
  lines=("\${(@f)$(flowrun complete -- "\${(@Q)words[2,CURRENT-1]}" "$line" 2>/dev/null)}")
  if [[ $lines[1] == :files ]]; then
    _files
    return
  fi
  for line in $lines; do
    line="\${\${line%%$'\\t'*}//:/\\\\:}:\${line#*$'\\t'}"
    described+=("\${line%:}")
  done
  _describe -V flowrun described
}
if [[ $funcstack[1] == _flowrun ]]; then
  _flowrun "$@"
else
  compdef _flowrun flowrun
fi
`;

const fish = `# flowrun: completion for fish. Once: flowrun completion fish > ~/.config/fish/completions/flowrun.fish
function __flowrun_complete
    set -l words (commandline -opc)
    set -l word (commandline -ct)
    test (count $word) -eq 0; and set word ''
    set word (string replace -ra '[\\'"\\\\\\\\]' '' -- $word)
    set -l lines (flowrun complete -- $words[2..-1] $word 2>/dev/null)
    if test "$lines[1]" = :files
        __fish_complete_path $word
    else
        string join \\n -- $lines
    end
end
complete -c flowrun -f -k -a '(__flowrun_complete)'
`;

/** The scripts that `flowrun completion` prints: each asks `flowrun complete -- <words>`, so nothing of the command line is in it. */
export const scripts: Readonly<Record<Shell, string>> = { bash, zsh, fish };
