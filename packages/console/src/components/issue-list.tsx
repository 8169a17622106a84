import type { Issue } from '@patchbay/contracts';

interface Given {
  readonly issues: readonly Issue[];
  /** Goes to a line of the text that was checked. */
  readonly onLine?: (line: number) => void;
}

export function IssueList({ issues, onLine }: Given) {
  return (
    <ul className="issues">
      {issues.map(({ path, message, line, column, suggestion }) => (
        <li key={`${path} ${line} ${message}`}>
          {line !== undefined && onLine !== undefined ? (
            <button type="button" data-kind="plain" onClick={() => onLine(line)}>
              Line {line}
            </button>
          ) : (
            line !== undefined && (
              <strong>
                Line {line}
                {column === undefined ? '' : `:${column}`}{' '}
              </strong>
            )
          )}{' '}
          <code>{path}</code> {message}
          {suggestion !== undefined && (
            <>
              {' '}
              Did you mean <strong>{suggestion}</strong>?
            </>
          )}
        </li>
      ))}
    </ul>
  );
}
