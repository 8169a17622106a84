import { maxConfirmationToken } from '@patchbay/contracts';

/**
 * Arguments that a voice model may add to any call, because its platform gives it no other place for them. They never
 * reach a tool.
 */
export const reservedArguments = {
  /** The id of an earlier call, whose answer came too late: the same call once more, and not another one. */
  call: 'patchbay_call',
  /** The token of a refusal that asked for a person's yes. */
  confirmation: 'patchbay_confirmation',
} as const;

const added = {
  [reservedArguments.call]: {
    type: 'string',
    description: 'Only when an earlier answer told you to: the call whose result you ask for.',
  },
  [reservedArguments.confirmation]: {
    type: 'string',
    description: 'Only after the person said yes to what an earlier answer told you to ask: the token of that answer.',
  },
};

/** A tool's schema of arguments with those of the reserved ones added, all of them optional. */
export function withReservedArguments(schema: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return { ...schema, type: 'object', properties: { ...(schema['properties'] as object | undefined), ...added } };
}

export interface TakenArguments {
  readonly arguments: Record<string, unknown>;
  readonly call: string | null;
  readonly confirmation: string | null;
}

/** The arguments without the reserved ones, and those. A model that leaves one empty means none. */
export function takeReservedArguments(args: Readonly<Record<string, unknown>>): TakenArguments {
  const { [reservedArguments.call]: call, [reservedArguments.confirmation]: confirmation, ...rest } = args;
  return {
    arguments: rest,
    call: textOf(call),
    confirmation: textOf(confirmation)?.slice(0, maxConfirmationToken) ?? null,
  };
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : null;
}
