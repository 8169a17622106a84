import type { DocumentChange } from '@patchbay/contracts';
import { Badge } from '../components/badge.tsx';

/** What one document changes of another; what can break callers first. */
export function ChangeList({ changes }: { readonly changes: readonly DocumentChange[] }) {
  if (changes.length === 0) return <p className="muted">They are the same to a caller.</p>;
  const breaking = changes.filter((change) => change.breaking);
  return (
    <div className="stack">
      <p role="status">
        {changes.length} changes, {breaking.length} of them breaking.
      </p>
      <ul>
        {[...breaking, ...changes.filter((change) => !change.breaking)].map(({ path, message, breaking: breaks }) => (
          <li key={`${path} ${message}`}>
            <Badge word={breaks ? 'breaking' : 'safe'} tone={breaks ? 'bad' : 'ok'} /> <code>{path}</code> {message}
          </li>
        ))}
      </ul>
    </div>
  );
}
