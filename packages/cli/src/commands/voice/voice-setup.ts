import type { SpokenTool } from '@patchbay/sdk';
import { type Command, Option } from 'commander';
import { chosenTools, requireAll, type ToolChoice } from '../../chosen-tools.ts';
import { defineCommand, type Run } from '../../define-command.ts';
import { UsageError } from '../../failures.ts';
import { several } from '../../input/several.ts';
import { setupDocument, type VoicePlatform, voicePlatforms } from '../../voice/setup-documents.ts';

interface Options extends ToolChoice {
  readonly url: string;
}

export function addVoiceSetup(parent: Command, run: Run): void {
  defineCommand<[string], Options>(parent, run, {
    name: 'setup <platform>',
    summary: 'Print what gives a voice platform its tools, ready to paste',
    description: `Print what gives a voice platform its tools: ${voicePlatforms.join(', ')}. It holds no secret; where one belongs, the platform's own place for it is named. What to do with it: docs/voice-platforms.md.`,
    examples: [
      'patchbay voice setup vapi --toolset front-desk --url https://tools.example.com',
      'patchbay voice setup retell --tools slack_post_message --url https://tools.example.com',
    ],
    configure: (command) =>
      command
        .addOption(new Option('--url <url>', 'where the platform reaches the gateway').makeOptionMandatory())
        .option('--integration <id>', 'the tools of this integration')
        .option('--toolset <name>', 'the tools of this toolset')
        .option('--tools <names>', 'these tools, separated by commas (several times)', several, []),
    async run(context, { url, ...choice }, platform) {
      if (!isPlatform(platform)) throw new UsageError(`'${platform}' is none of ${voicePlatforms.join(', ')}.`);
      if (!/^https?:\/\/[^\s?#]+$/.test(url))
        throw new UsageError('--url: expected one such as https://tools.example.com.');
      const agent = await context.agent();
      const names = await chosenTools(agent, choice);
      const [functions, spoken] = await Promise.all([
        agent.tools.describe(names, 'openai-realtime'),
        agent.tools.describe(names),
      ]);
      requireAll(agent, functions.missing);
      const waiting = new Map(spoken.tools.map((tool) => [tool['name'], (tool as SpokenTool).speech?.waiting ?? null]));
      const tools = functions.tools.map((tool) => ({
        name: tool['name'] as string,
        description: tool['description'] as string,
        parameters: tool['parameters'] as Record<string, unknown>,
        waiting: waiting.get(tool['name']) ?? null,
      }));
      const document = setupDocument(platform, url.replace(/\/+$/, ''), tools);
      context.show(document, () => JSON.stringify(document, null, 2));
      return undefined;
    },
  });
}

function isPlatform(text: string): text is VoicePlatform {
  return (voicePlatforms as readonly string[]).includes(text);
}
