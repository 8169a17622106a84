import { issuesOf, PatchbayError } from '@patchbay/contracts';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { type ExecutionResult, type GraphQLSchema, getOperationAST, Kind, parse } from 'graphql';
import { mercurius } from 'mercurius';
import { z } from 'zod';
import type { Admitted, Entrance } from '../http/door.ts';
import type { GatewayPorts } from '../http/gateway-ports.ts';
import { answerErrors } from './answer-errors.ts';
import { checkDocument, checkText } from './document-limits.ts';
import { createLoaders } from './loaders.ts';
import type { PersistedQueries } from './persisted-queries.ts';
import { checkCost } from './query-cost.ts';
import { type GraphQlContext, tenantOf } from './request-context.ts';

export interface GraphQlPorts {
  readonly schema: GraphQLSchema;
  readonly ports: Pick<GatewayPorts, 'ask'>;
  readonly persisted: PersistedQueries;
  /** Puts on record who asked for which fields, before the answer leaves. */
  readonly look: LookAtGraph;
  readonly onFailure: (error: unknown, requestId: string) => void;
}

/** Settles when it is on record. @throws PatchbayError `audit_unavailable`: then nothing is shown. */
export type LookAtGraph = (who: Admitted, fields: string) => Promise<void>;

/** Bytes of a request, most of it variables; milliseconds until its answer. */
const maxRequestBytes = 131_072;
const answerMs = 15_000;

/** One operation. Several at once, as a list, are not taken. */
const GraphQlRequest = z.strictObject({
  query: z.string().min(1).optional(),
  operationName: z.string().max(200).nullish(),
  variables: z.record(z.string(), z.unknown()).nullish(),
  /** Apollo's way to name a query that is known by its hash. */
  extensions: z
    .object({
      persistedQuery: z.object({ version: z.literal(1), sha256Hash: z.string().regex(/^[0-9a-f]{64}$/) }).optional(),
    })
    .optional(),
});

/** `POST /graphql`: everything that the API lists, linked, in one question. */
export async function openGraphQlDoor(app: FastifyInstance, entrance: Entrance, given: GraphQlPorts): Promise<void> {
  const { schema, ports, persisted, look, onFailure } = given;
  await app.register(mercurius, {
    schema,
    routes: false,
    cache: 512,
    errorFormatter: (execution) => ({ statusCode: 200, response: execution as never }),
  });
  // Before a document is read, before it is validated, and before it is carried out; the first also for those that are cached.
  app.graphql.addHook('preParsing', async (_schema, source) => checkText(source));
  app.graphql.addHook('preValidation', async (_schema, document) => checkDocument(document));
  app.graphql.addHook('preExecution', async (_schema, document, context, variables) => {
    const { operationName } = context as unknown as GraphQlContext;
    if (getOperationAST(document, operationName)?.operation !== 'query')
      throw new PatchbayError('invalid_request', { message: 'Name one query; subscriptions go over WebSocket.' });
    checkCost(schema, document, variables ?? {}, operationName);
  });
  const admitted = new WeakMap<FastifyRequest, Admitted>();

  app.route({
    method: 'POST',
    url: '/graphql',
    bodyLimit: maxRequestBytes,
    // Before a body is read: who may not come in sends none.
    async onRequest(request, reply) {
      admitted.set(request, await entrance.admit(request, reply, { scope: null, of: 'any', door: 'graphql' }));
    },
    async handler(request, reply) {
      const who = admitted.get(request) as Admitted;
      const { principal, tenant, requestId, traceparent } = who;
      const parsed = GraphQlRequest.safeParse(request.body);
      if (!parsed.success)
        throw new PatchbayError('invalid_request', {
          message: 'The body is no single GraphQL request.',
          details: { issues: issuesOf(parsed.error, '') },
        });
      const { operationName = null, variables } = parsed.data;
      const query = queryOf(parsed.data, persisted);
      const context: GraphQlContext = {
        principal,
        tenant,
        traceparent,
        loaders: createLoaders(ports, { tenant: () => tenantOf({ tenant }), traceparent }),
        operationName,
      };
      const report = (error: unknown) => onFailure(error, requestId);
      reply.header('content-type', 'application/json; charset=utf-8');
      try {
        const work = app.graphql(query, { ...context }, variables ?? {}, operationName ?? undefined);
        const { data, errors } = (await inTime(work)) as ExecutionResult;
        await look(who, fieldsAskedOf(query));
        return reply.send(
          JSON.stringify({
            ...(data !== undefined && { data }),
            ...(errors !== undefined && errors.length > 0 && { errors: answerErrors(errors, report) }),
          }),
        );
      } catch (error) {
        // Nothing was carried out: the document is not valid, or too much, or it took too long.
        const failed = answerErrors(errorsOf(error), report);
        const code = failed[0]?.extensions?.code;
        reply.code(code === 'deadline_exceeded' ? 504 : code === 'internal' ? 500 : 400);
        return reply.send(JSON.stringify({ errors: failed }));
      }
    },
  });
}

function queryOf({ query, extensions }: z.infer<typeof GraphQlRequest>, persisted: PersistedQueries): string {
  const hash = extensions?.persistedQuery?.sha256Hash;
  const text = query ?? (hash === undefined ? null : persisted.find(hash));
  if (text === null || text === undefined)
    throw new PatchbayError('not_found', { message: 'There is no query of this hash.' });
  if (!persisted.allows(text))
    throw new PatchbayError('not_permitted', { message: 'Only queries of the allow-list are taken here.' });
  return text;
}

/** Names of the fields that it begins with, such as `executions, me`; empty for a document that is none. */
function fieldsAskedOf(query: string): string {
  try {
    const names = parse(query, { maxTokens: 10_000 }).definitions.flatMap((definition) =>
      definition.kind === Kind.OPERATION_DEFINITION
        ? definition.selectionSet.selections.map((one) => (one.kind === Kind.FIELD ? one.name.value : '…'))
        : [],
    );
    return [...new Set(names)].sort().join(', ').slice(0, 200);
  } catch {
    return '';
  }
}

/** Mercurius puts what is not valid into an error of its own. */
function errorsOf(error: unknown): readonly unknown[] {
  const { errors, originalError } = error as { errors?: readonly unknown[]; originalError?: unknown };
  if (Array.isArray(errors) && errors.length > 0) return errors;
  return [originalError ?? error];
}

async function inTime<Value>(work: Promise<Value>): Promise<Value> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(
      () => reject(new PatchbayError('deadline_exceeded', { message: 'The answer took too long.' })),
      answerMs,
    );
  });
  // What comes later is nobody's.
  work.catch(() => {});
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
