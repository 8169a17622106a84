import { useState } from 'react';
import { useSend } from '../api/use-get.tsx';
import { ChangeForm } from '../components/change-form.tsx';
import { Choice } from '../components/choice.tsx';
import { TextField } from '../components/text-field.tsx';

export interface EditedToolset {
  readonly name: string;
  readonly title: string;
  /** One member a line. */
  readonly tools: string;
  readonly loading: string;
  /** It is there already, so that its name stays. */
  readonly known: boolean;
}

export function ToolsetForm({ edited, onDone }: { readonly edited: EditedToolset; readonly onDone: () => void }) {
  const [value, setValue] = useState(edited);
  const save = useSend<EditedToolset, unknown>({
    path: ({ name }) => `/v1/toolsets/${encodeURIComponent(name)}`,
    ask: ({ title, tools, loading, known }) => ({
      method: 'PUT',
      // Whoever edits one that is there means to replace it.
      ...(known && { headers: { 'if-match': '*' } }),
      body: {
        title,
        tools: tools
          .split('\n')
          .map((line) => line.trim())
          .filter((line) => line !== ''),
        ...(loading !== '' && { loading }),
      },
    }),
    stale: ['/v1/toolsets'],
    said: ({ name }) => `Toolset ${name} is saved.`,
  });
  return (
    <ChangeForm
      label="Toolset"
      send="Save"
      onSend={() => save.send(value, { onSuccess: onDone })}
      onCancel={onDone}
      change={save}
    >
      <div className="filters">
        {!edited.known && (
          <TextField
            label="Name"
            required
            value={value.name}
            onChange={(name) => setValue({ ...value, name })}
            placeholder="front-desk"
          />
        )}
        <TextField label="Title" required value={value.title} onChange={(title) => setValue({ ...value, title })} />
        <Choice
          label="Given to a model"
          value={value.loading}
          onChange={(loading) => setValue({ ...value, loading })}
          none="as each document says"
          options={[
            ['always', 'at the start'],
            ['deferred', 'when it searches'],
          ]}
        />
      </div>
      <TextField
        label="Tools"
        lines={6}
        required
        value={value.tools}
        onChange={(tools) => setValue({ ...value, tools })}
        hint="One a line: a tool’s name, or slack.* for all of an integration."
      />
    </ChangeForm>
  );
}
