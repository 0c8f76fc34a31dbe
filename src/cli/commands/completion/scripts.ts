import type { shells } from './candidates.js';

/**
 * The scripts that ask this program what can stand at the cursor. Each completes `manychat-mcp`, and defines it where it is
 * not installed. `program` is the words that start this program in any folder.
 */
export const scripts: Readonly<Record<(typeof shells)[number], (program: string) => string>> = {
  // bash cuts words at = and :, and replaces only what follows.
  bash: (program) => `# Completion of manychat-mcp for bash. In ~/.bashrc: eval "$(${program} completion bash)"
type manychat-mcp >/dev/null 2>&1 || manychat-mcp() { ${program} "$@"; }
_manychat_mcp() {
  local line=\${COMP_LINE:0:COMP_POINT} word typed start
  typed=\${line##*[[:space:]]}
  start=\${typed%"\${typed##*[=:]}"}
  COMPREPLY=()
  while IFS=$'\\t' read -r word _; do
    COMPREPLY+=("\${word#"$start"}")
  done < <(${program} __complete -- "$line" 2>/dev/null)
  if [[ \${#COMPREPLY[@]} -gt 0 && \${COMPREPLY[0]} == *= ]]; then compopt -o nospace 2>/dev/null; fi
}
complete -o default -F _manychat_mcp manychat-mcp`,

  zsh: (
    program,
  ) => `# Completion of manychat-mcp for zsh. In ~/.zshrc, after compinit: eval "$(${program} completion zsh)"
whence manychat-mcp >/dev/null || manychat-mcp() { ${program} "$@" }
_manychat_mcp() {
  local line word
  local -a open closed
  for line in "\${(@f)$(${program} __complete -- "\${(j: :)words[1,CURRENT]}" 2>/dev/null)}"; do
    word=\${line%%$'\\t'*}
    case $word in
      '') ;;
      *=) open+=("$word") ;;
      *) closed+=("$word") ;;
    esac
  done
  if (( $#open + $#closed == 0 )); then _files; return; fi
  (( $#open )) && compadd -S '' -a open
  (( $#closed )) && compadd -a closed
  return 0
}
compdef _manychat_mcp manychat-mcp`,

  fish: (
    program,
  ) => `# Completion of manychat-mcp for fish. In ~/.config/fish/config.fish: ${program} completion fish | source
type -q manychat-mcp; or function manychat-mcp; ${program} $argv; end
function __manychat_mcp
  set -l found (${program} __complete -- (commandline -cp | string collect) 2>/dev/null)
  if test (count $found) -gt 0
    printf '%s\\n' $found
  else
    __fish_complete_path (commandline -ct)
  end
end
complete -c manychat-mcp -f -a '(__manychat_mcp)'`,

  powershell: (
    program,
  ) => `# Completion of manychat-mcp for PowerShell. In $PROFILE: ${program} completion powershell | Out-String | Invoke-Expression
if (-not (Get-Command manychat-mcp -ErrorAction SilentlyContinue)) { function global:manychat-mcp { ${program} @args } }
Register-ArgumentCompleter -Native -CommandName manychat-mcp -ScriptBlock {
  param($wordToComplete, $commandAst, $cursorPosition)
  $length = $cursorPosition - $commandAst.Extent.StartOffset
  $line = $commandAst.ToString().PadRight($length).Substring(0, $length)
  ${program} __complete -- $line 2>$null | ForEach-Object {
    $word, $about = $_ -split "\`t", 2
    if (-not $about) { $about = $word }
    [System.Management.Automation.CompletionResult]::new($word, $word, 'ParameterValue', $about)
  }
}`,
};
