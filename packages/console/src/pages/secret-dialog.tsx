import { CodeBlock } from '../components/code-block.tsx';
import { Dialog } from '../components/dialog.tsx';

export interface MadeKey {
  readonly key: { readonly name: string };
  readonly secret: string;
}

/** Shows a secret the one time that it can be seen. */
export function SecretDialog({ made, onClose }: { readonly made: MadeKey | null; readonly onClose: () => void }) {
  return (
    <Dialog open={made !== null} onClose={onClose} title={`Key ${made?.key.name ?? ''}`} close="I have it">
      <p className="note" data-tone="warn">
        Copy it now: nobody can show it again. Keep it in a file that only you read, not in a command or an address.
      </p>
      <CodeBlock title="API key" value={made?.secret ?? ''} wrap />
    </Dialog>
  );
}
