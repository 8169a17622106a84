import { NavLink } from 'react-router';

/** Parts of one thing, each at an address of its own. */
export function Tabs({
  label,
  of,
}: {
  readonly label: string;
  readonly of: readonly (readonly [to: string, name: string])[];
}) {
  return (
    <nav className="tabs" aria-label={label}>
      {of.map(([to, name]) => (
        <NavLink key={to} to={to} end>
          {name}
        </NavLink>
      ))}
    </nav>
  );
}
