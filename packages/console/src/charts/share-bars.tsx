interface Given {
  readonly label: string;
  readonly of: readonly (readonly [name: string, count: number])[];
}

/** Names with how often each came, as bars beside each other. */
export function ShareBars({ label, of }: Given) {
  const most = Math.max(1, ...of.map(([, count]) => count));
  return (
    <ul className="bars" aria-label={label}>
      {of.map(([name, count]) => (
        <li key={name}>
          <div>
            <code>{name}</code>
            <span>{count.toLocaleString('en')}</span>
          </div>
          <meter min={0} max={most} value={count} aria-label={`${name}: ${count}`} />
        </li>
      ))}
    </ul>
  );
}
