import type { IntegrationDocument } from '@patchbay/contracts';
import { TextField } from '../components/text-field.tsx';

export type Variables = Readonly<Record<string, string>>;

export const presetVariables = ({ variables = {} }: IntegrationDocument): Variables =>
  Object.fromEntries(Object.entries(variables).map(([name, one]) => [name, one.default ?? '']));

interface Given {
  readonly document: IntegrationDocument;
  readonly value: Variables;
  readonly onChange: (value: Variables) => void;
}

/** What stands in an integration's addresses and is another for each account, such as a subdomain. */
export function VariableFields({ document, value, onChange }: Given) {
  return Object.entries(document.variables ?? {}).map(([name, { description, example, default: preset }]) => (
    <TextField
      key={name}
      label={name}
      required={preset === undefined}
      value={value[name] ?? ''}
      {...(description !== undefined && { hint: description })}
      {...(example !== undefined && { placeholder: example })}
      onChange={(text) => onChange({ ...value, [name]: text })}
    />
  ));
}
