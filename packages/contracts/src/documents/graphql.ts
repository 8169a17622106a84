import { z } from 'zod';
import { readGraphQl } from './graphql-document.ts';

/**
 * A fixed GraphQL document (GraphQL specification, October 2021). Parameters in the body become its variables, so an
 * argument never becomes part of the document's text. `x-name` nests below a variable: `input.title`.
 */
export const GraphQlRequest = z
  .strictObject({
    document: z.string().min(1).max(20_000),
    /** Which operation runs; required where the document holds several. */
    operation_name: z
      .string()
      .regex(/^[_A-Za-z][_0-9A-Za-z]{0,99}$/)
      .optional(),
  })
  .superRefine(({ document, operation_name: name }, context) => {
    const read = readGraphQl(document, name);
    if (typeof read === 'string') context.addIssue({ code: 'custom', path: ['document'], message: read });
  });
export type GraphQlRequest = z.infer<typeof GraphQlRequest>;
