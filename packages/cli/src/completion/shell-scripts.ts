export type Shell = keyof typeof shellScripts;

// Each asks the program itself, so that it knows the tools and connections there are. What was typed is handed over as
// arguments and never evaluated again. A line of an answer is a word, a tab and its meaning; a word that ends with = is
// to be continued.
export const shellScripts = {
  bash: `# bash completion for patchbay. In ~/.bashrc: source <(patchbay completion bash)
_patchbay() {
  local word meaning
  COMPREPLY=()
  while IFS=$'\\t' read -r word meaning; do
    COMPREPLY+=("$word")
    [[ $word == *= ]] && compopt -o nospace
  done < <("\${COMP_WORDS[0]}" complete -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}
complete -o default -F _patchbay patchbay
`,
  zsh: `#compdef patchbay
# zsh completion for patchbay. In ~/.zshrc, after compinit: source <(patchbay completion zsh)
_patchbay() {
  local word meaning
  local -a whole continued
  while IFS=$'\\t' read -r word meaning; do
    if [[ $word == *= ]]; then continued+=("\${word//:/\\\\:}:$meaning"); else whole+=("\${word//:/\\\\:}:$meaning"); fi
  done < <("\${words[1]}" complete -- "\${(@Q)words[2,CURRENT]}" 2>/dev/null)
  (( $#whole )) && _describe -t words patchbay whole
  (( $#continued )) && _describe -t arguments argument continued -S ''
  (( $#whole + $#continued )) || _files
}
if [[ $zsh_eval_context[-1] == loadautofunc ]]; then _patchbay "$@"; else compdef _patchbay patchbay; fi
`,
  fish: `# fish completion for patchbay. patchbay completion fish > ~/.config/fish/completions/patchbay.fish
function __patchbay_complete
  set -l words (commandline -opc)
  set -l current (commandline -ct)
  command $words[1] complete -- $words[2..-1] "$current" 2>/dev/null
end
complete -c patchbay -f -a '(__patchbay_complete)'
complete -c patchbay -F -n 'test -z (__patchbay_complete | string collect)'
`,
} as const;
