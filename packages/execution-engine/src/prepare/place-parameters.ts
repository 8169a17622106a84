import type { HttpRequest, Parameter } from '@patchbay/contracts';
import { headerNameProblem } from '../request/headers.ts';
import type { BodyPlan } from '../request/step-plan.ts';
import type { ValueSource } from '../request/value-source.ts';
import type { NameScope } from './name-scope.ts';
import type { Report } from './report.ts';

export type Location = NonNullable<Parameter['x-in']>;
export type BodyKind = BodyPlan['kind'];

/** RFC 6265 section 4.1.1: a token. */
const cookieName = /^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,64}$/;

/** One parameter with its place settled. */
export interface Placed {
  readonly name: string;
  /** Its name on the wire. */
  readonly wire: string;
  readonly location: Location;
  readonly parameter: Parameter;
  readonly source: ValueSource;
  readonly at: string;
}

/** Settles where each parameter goes: as `x-in` says, else into the path that names it, else by the method. */
export function placeParameters(
  parameters: Readonly<Record<string, Parameter>>,
  scope: NameScope,
  pathNames: ReadonlySet<string>,
  method: HttpRequest['method'],
  report: Report,
  at: string,
): Placed[] {
  const otherwise: Location = method === 'GET' || method === 'HEAD' || method === 'DELETE' ? 'query' : 'body';
  return Object.entries(parameters).map(([name, parameter]) => {
    const place = `${at}.${name}`;
    const inPath = pathNames.has(name);
    const location = parameter['x-in'] ?? (inPath ? 'path' : otherwise);
    if (location === 'path' && !inPath) report(`${place}.x-in`, `says path, but the path holds no {${name}}`);
    const wire = parameter['x-name'] ?? name;
    const problem =
      location === 'header'
        ? headerNameProblem(wire)
        : location === 'cookie' && !cookieName.test(wire)
          ? `'${wire}' is not a cookie name`
          : null;
    if (problem !== null) report(place, problem);
    for (const keyword of ['x-path-style', 'x-explode'] as const)
      if (parameter[keyword] !== undefined && location !== 'path')
        report(`${place}.${keyword}`, 'works only in the path');
    return {
      name,
      wire,
      location,
      parameter,
      source: scope.sourceOf(name, parameter, location === 'path', place),
      at: place,
    };
  });
}

/** The kind of body: as declared, else JSON where anything goes into the body. */
export function bodyKindOf(
  request: HttpRequest,
  placed: readonly Placed[],
  hasKeyField: boolean,
  report: Report,
  at: string,
): BodyKind {
  const inBody = placed.filter(({ location }) => location === 'body' || location === 'body_root');
  const kind = request.body ?? (inBody.length > 0 || hasKeyField ? 'json' : 'none');
  if ((request.method === 'GET' || request.method === 'HEAD') && kind !== 'none') {
    report(`${at}.body`, `a ${request.method} request has no body`);
  } else if (kind === 'none')
    for (const item of inBody) report(`${item.at}.x-in`, 'says body, but the request has none');
  return kind;
}
