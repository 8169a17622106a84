import type { SchemaJson, Type, TypeOfAttribute } from '@cedar-policy/cedar-wasm/nodejs';
import type { Mentions, Place, UsedAs } from './mentions.ts';

const text: Type<string> = { type: 'String' };
const long: Type<string> = { type: 'Long' };
const typesOf: Readonly<Record<UsedAs, Type<string>>> = {
  String: text,
  Long: long,
  Boolean: { type: 'Boolean' },
  decimal: { type: 'Extension', name: 'decimal' },
  Strings: { type: 'Set', element: text },
  Longs: { type: 'Set', element: long },
};

const optional = (type: Type<string>): TypeOfAttribute<string> => ({ ...type, required: false });
const entity = (name: string): Type<string> => ({ type: 'Entity', name });

/**
 * What policies may speak of. Arguments and attributes are whatever a call brings, so a policy is held to the types that it
 * uses them as itself, and each of them may be missing.
 */
export function schemaFor(mentions: Pick<Mentions, 'arguments' | 'attributes'>): SchemaJson<string> {
  return {
    '': {
      entityTypes: {
        Role: {},
        Key: {},
        User: {},
        Agent: { memberOfTypes: ['Role', 'Key', 'User'], shape: record({ name: text, role: text }) },
        Integration: {},
        Tool: {
          memberOfTypes: ['Integration'],
          shape: record({ name: text, integration: text, version: text, risk: text, confirm: text }),
        },
        Connection: {},
      },
      actions: {
        call: {
          appliesTo: {
            principalTypes: ['Agent'],
            resourceTypes: ['Tool'],
            context: record({
              arguments: placesType(mentions.arguments),
              attributes: placesType(mentions.attributes),
              session: optional(text),
              end_user: optional(text),
              connection: optional(entity('Connection')),
              dry_run: { type: 'Boolean' },
              now: { type: 'Extension', name: 'datetime' },
              date: text,
              hour: long,
              minute: long,
              weekday: long,
              calls: record({ session: long, agent_day: long, tool_day: long, tenant_day: long }),
            }),
          },
        },
      },
    },
  };
}

function record(attributes: Record<string, TypeOfAttribute<string>>): Type<string> {
  return { type: 'Record', attributes };
}

function placesType(places: ReadonlyMap<string, Place>): Type<string> {
  return record(Object.fromEntries([...places].map(([name, place]) => [name, optional(placeType(place))])));
}

function placeType({ usedAs, inside }: Place): Type<string> {
  return inside.size > 0 ? placesType(inside) : typesOf[usedAs ?? 'String'];
}
