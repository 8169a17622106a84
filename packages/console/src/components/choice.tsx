import { Field } from './field.tsx';

interface Given {
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly options: readonly (string | readonly [value: string, label: string])[];
  /** What choosing nothing is called; left out: one must be chosen. */
  readonly none?: string;
  readonly hint?: string;
}

export function Choice({ label, value, onChange, options, none, hint }: Given) {
  return (
    <Field label={label} {...(hint !== undefined && { hint })}>
      {(wired) => (
        <select {...wired} value={value} onChange={(event) => onChange(event.target.value)}>
          {none !== undefined && <option value="">{none}</option>}
          {options.map((option) => {
            const [id, name] = typeof option === 'string' ? [option, option.replaceAll('_', ' ')] : option;
            return (
              <option key={id} value={id}>
                {name}
              </option>
            );
          })}
        </select>
      )}
    </Field>
  );
}
