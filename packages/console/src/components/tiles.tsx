import type { ReactNode } from 'react';

/** Figures of a page, large. */
export function Tiles({ of }: { readonly of: readonly (readonly [name: string, value: ReactNode, unit?: string])[] }) {
  return (
    <dl className="tiles">
      {of.map(([name, value, unit]) => (
        <div className="tile" key={name}>
          <dt>{name}</dt>
          <dd>
            {value}
            {unit !== undefined && <small> {unit}</small>}
          </dd>
        </div>
      ))}
    </dl>
  );
}
