import type { ReactNode } from 'react';

/** Where there is nothing yet: what would be here, and how to come to it. */
export function Empty({ title, next, children }: { title: string; next: string; children?: ReactNode }) {
  return (
    <div className="empty">
      <h2>{title}</h2>
      <p>{next}</p>
      {children}
    </div>
  );
}
