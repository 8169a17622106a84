/** As much of JSON Schema as the document uses. */
export interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly allOf?: readonly Schema[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | Schema;
  readonly propertyNames?: Schema;
  readonly items?: Schema;
  readonly prefixItems?: readonly Schema[];
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly pattern?: string;
  readonly format?: string;
}

export interface Operation {
  readonly method: string;
  /** Such as `/v1/tools/{name}`. */
  readonly path: string;
  readonly operationId: string;
  readonly parameters: readonly {
    readonly name: string;
    readonly in: string;
    readonly required?: boolean;
    readonly schema: Schema;
  }[];
  /** Null: it takes no body. */
  readonly body: Schema | null;
}

export interface Described {
  readonly operations: readonly Operation[];
  readonly schemas: Readonly<Record<string, Schema>>;
}

interface DescribedOperation {
  readonly operationId: string;
  readonly parameters?: Operation['parameters'];
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: Schema }>> };
}

// biome-ignore lint/suspicious/noExplicitAny: a document read off the wire
export function readDescription(document: any): Described {
  return {
    schemas: document.components.schemas,
    operations: Object.entries(document.paths as Record<string, Record<string, DescribedOperation>>).flatMap(
      ([path, methods]) =>
        Object.entries(methods).map(([method, one]) => ({
          method: method.toUpperCase(),
          path,
          operationId: one.operationId,
          parameters: one.parameters ?? [],
          body: one.requestBody?.content['application/json']?.schema ?? null,
        })),
    ),
  };
}
