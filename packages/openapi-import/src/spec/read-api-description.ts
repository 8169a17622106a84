import { upgrade } from '@scalar/openapi-upgrader';
import { parse } from 'yaml';
import { importError } from '../import-error.ts';
import type { ApiDescription } from './types.ts';

/** Bytes of an API description that are read; the largest that vendors publish have about 50 MB. */
export const maxDescriptionBytes = 64 * 1_048_576;

/** A description as text, JSON or YAML, as data. @throws importError `unreadable` */
export function parseDescriptionText(text: string): unknown {
  if (Buffer.byteLength(text) > maxDescriptionBytes)
    throw importError('unreadable', `The description has more than ${maxDescriptionBytes} bytes. Cut it down first.`);
  const start = text.trimStart()[0];
  try {
    if (start === '{' || start === '[') return JSON.parse(text);
  } catch (error) {
    // YAML's flow style begins so, too.
    if (text.length > 1_048_576) throw unreadable(error);
  }
  try {
    // Vendors' files are large and full of anchors, but no file of this size needs more aliases than that.
    return parse(text, { version: '1.2', merge: true, uniqueKeys: false, maxAliasCount: 10_000, prettyErrors: true });
  } catch (error) {
    throw unreadable(error);
  }
}

function unreadable(error: unknown): Error {
  const reason = (error instanceof Error ? error.message : String(error)).split('\n')[0];
  return importError('unreadable', `The description is neither JSON nor YAML: ${reason}. Is it a web page?`);
}

/**
 * Swagger 2.0, OpenAPI 3.0, 3.1 or 3.2 as OpenAPI 3.1 or later. References stay as they are: some descriptions refer to
 * themselves, and others grow a thousandfold when all is put in its place. The input is used up.
 * @throws importError `not_an_api_description`
 */
export function readApiDescription(input: unknown): ApiDescription {
  const { swagger, openapi } = (input ?? {}) as { swagger?: unknown; openapi?: unknown };
  const version = String(swagger ?? openapi ?? '');
  const known = swagger === undefined ? /^3(?:\.[012](?:\.|$)|$)/ : /^2(?:\.0)?$/;
  if (!known.test(version)) {
    const found = version === '' ? 'it names no version' : `it says ${version}`;
    throw importError(
      'not_an_api_description',
      `This is no OpenAPI description that can be read (${found}): expected "swagger": "2.0" or "openapi": "3.0" to "3.2".`,
    );
  }
  // In YAML a version without quotes is a number: 2.0 is 2, 3.0 is 3.
  const whole = /^3(?:\.\d)?$/.test(version) ? `${version === '3' ? '3.0' : version}.0` : version;
  const described = { ...(input as object), ...(swagger === undefined ? { openapi: whole } : { swagger: '2.0' }) };
  const upgraded = upgrade(described as Parameters<typeof upgrade>[0], '3.1') as unknown as ApiDescription;
  if (Object.keys(upgraded.paths ?? {}).length === 0)
    throw importError('no_operations', 'The description has no paths, so there is nothing to import.');
  return upgraded;
}
