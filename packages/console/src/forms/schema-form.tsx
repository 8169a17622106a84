import { Choice } from '../components/choice.tsx';
import { TextField } from '../components/text-field.tsx';
import { controlOf, type FieldSchema, type ObjectSchema, type Typed } from './arguments-of.ts';

interface Given {
  readonly schema: ObjectSchema;
  readonly typed: Typed;
  readonly onTyped: (typed: Typed) => void;
  readonly wrong: Readonly<Record<string, string>>;
}

/** A form with a control for each argument of a tool. */
export function SchemaForm({ schema, typed, onTyped, wrong }: Given) {
  const fields = Object.entries(schema.properties ?? {});
  if (fields.length === 0) return <p className="muted">This tool takes no arguments.</p>;
  return (
    <div className="stack">
      {fields.map(([name, field]) => (
        <ArgumentField
          key={name}
          name={name}
          schema={field}
          required={schema.required?.includes(name) ?? false}
          value={typed[name] ?? ''}
          wrong={wrong[name]}
          onChange={(value) => onTyped({ ...typed, [name]: value })}
        />
      ))}
    </div>
  );
}

interface FieldGiven {
  readonly name: string;
  readonly schema: FieldSchema;
  readonly required: boolean;
  readonly value: string;
  readonly wrong: string | undefined;
  readonly onChange: (value: string) => void;
}

function ArgumentField({ name, schema, required, value, wrong, onChange }: FieldGiven) {
  const kind = controlOf(schema);
  const hint = hintOf(schema, kind);
  const own = { label: name, value, onChange, ...(hint !== '' && { hint }) };
  if (kind === 'choice' || kind === 'boolean') {
    const options = kind === 'boolean' ? ['true', 'false'] : (schema.enum ?? []).map(String);
    return (
      <Choice {...own} options={options.map((one) => [one, one] as const)} none={required ? 'choose …' : 'left out'} />
    );
  }
  const lines = { long: 4, json: 5, list: 3, text: 1, number: 1, integer: 1 }[kind];
  return <TextField {...own} required={required} wrong={wrong} lines={lines} />;
}

function hintOf({ description = '', default: preset, minimum, maximum }: FieldSchema, kind: string): string {
  return [
    description,
    kind === 'list' && 'One a line.',
    kind === 'json' && 'As JSON.',
    minimum !== undefined && `At least ${minimum}.`,
    maximum !== undefined && `At most ${maximum}.`,
    preset !== undefined && `Left out: ${JSON.stringify(preset)}.`,
  ]
    .filter(Boolean)
    .join(' ');
}
