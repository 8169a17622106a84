import { Argument, type Command } from 'commander';
import { type Shell, shellScripts } from '../completion/shell-scripts.ts';
import { defineCommand, type Run } from '../define-command.ts';

export function addCompletion(parent: Command, run: Run): void {
  defineCommand<[Shell], object>(parent, run, {
    name: 'completion',
    summary: 'Print the completion script of a shell',
    description:
      'Print the completion script of a shell. Tools, integrations, connections and the arguments of a tool are completed too while Patchbay runs.',
    examples: [
      'source <(patchbay completion bash)                                    # in ~/.bashrc',
      'source <(patchbay completion zsh)                                     # in ~/.zshrc, after compinit',
      'patchbay completion fish > ~/.config/fish/completions/patchbay.fish',
    ],
    configure: (self) => self.addArgument(new Argument('<shell>').choices(Object.keys(shellScripts))),
    async run(context, _options, shell) {
      context.show({ shell, script: shellScripts[shell] }, () => shellScripts[shell]);
      return undefined;
    },
  });
}
