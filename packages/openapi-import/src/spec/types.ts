/** What the importer reads of an OpenAPI 3.1 or 3.2 description. Everything may be missing or wrong: vendors write these. */
export interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly title?: string;
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Schema | boolean>>;
  readonly required?: readonly string[];
  readonly items?: Schema | boolean;
  readonly allOf?: readonly Schema[];
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly default?: unknown;
  readonly examples?: readonly unknown[];
  readonly example?: unknown;
  readonly format?: string;
  readonly pattern?: string;
  readonly contentEncoding?: string;
  readonly contentMediaType?: string;
  readonly additionalProperties?: Schema | boolean;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly exclusiveMaximum?: number;
  readonly multipleOf?: number;
  readonly minProperties?: number;
  readonly readOnly?: boolean;
  readonly writeOnly?: boolean;
  readonly deprecated?: boolean;
}

interface ExampleObject {
  readonly $ref?: string;
  readonly value?: unknown;
}

export interface MediaType {
  readonly $ref?: string;
  readonly schema?: Schema;
  readonly example?: unknown;
  readonly examples?: Readonly<Record<string, ExampleObject>>;
  readonly encoding?: Readonly<
    Record<string, { readonly contentType?: string; readonly style?: string; readonly explode?: boolean }>
  >;
}

export interface ApiParameter {
  readonly $ref?: string;
  readonly name?: string;
  readonly in?: string;
  readonly description?: string;
  readonly required?: boolean;
  readonly deprecated?: boolean;
  readonly style?: string;
  readonly explode?: boolean;
  readonly schema?: Schema;
  readonly content?: Readonly<Record<string, MediaType>>;
  readonly example?: unknown;
  readonly examples?: Readonly<Record<string, ExampleObject>>;
}

export interface RequestBody {
  readonly $ref?: string;
  readonly required?: boolean;
  readonly description?: string;
  readonly content?: Readonly<Record<string, MediaType>>;
}

export interface ApiResponse {
  readonly $ref?: string;
  readonly description?: string;
  readonly content?: Readonly<Record<string, MediaType>>;
}

export interface Server {
  readonly url?: string;
  readonly variables?: Readonly<
    Record<
      string,
      { readonly default?: string | number; readonly enum?: readonly string[]; readonly description?: string }
    >
  >;
}

export type SecurityRequirement = Readonly<Record<string, readonly string[]>>;

export interface Operation {
  readonly operationId?: string;
  readonly summary?: string;
  readonly description?: string;
  readonly tags?: readonly string[];
  readonly deprecated?: boolean;
  readonly parameters?: readonly ApiParameter[];
  readonly requestBody?: RequestBody;
  readonly responses?: Readonly<Record<string, ApiResponse>>;
  readonly security?: readonly SecurityRequirement[];
  readonly servers?: readonly Server[];
}

export interface PathItem {
  readonly $ref?: string;
  readonly parameters?: readonly ApiParameter[];
  readonly servers?: readonly Server[];
  readonly additionalOperations?: Readonly<Record<string, Operation>>;
  readonly [method: string]: unknown;
}

export interface OAuthFlow {
  readonly authorizationUrl?: string;
  readonly tokenUrl?: string;
  readonly deviceAuthorizationUrl?: string;
  readonly scopes?: Readonly<Record<string, string>>;
}

export interface SecurityScheme {
  readonly $ref?: string;
  readonly type?: string;
  readonly scheme?: string;
  readonly in?: string;
  readonly name?: string;
  readonly description?: string;
  readonly flows?: Readonly<Record<string, OAuthFlow | undefined>>;
  readonly openIdConnectUrl?: string;
  /** Of AWS: `awsSigv4` where requests are signed. */
  readonly 'x-amazon-apigateway-authtype'?: string;
}

/** An OpenAPI 3.1 or 3.2 description, as `readApiDescription` gives it whatever version its text had. */
export interface ApiDescription {
  readonly openapi: string;
  readonly info?: {
    readonly title?: string;
    readonly version?: string;
    readonly description?: string;
    readonly summary?: string;
  };
  readonly servers?: readonly Server[];
  readonly paths?: Readonly<Record<string, PathItem>>;
  readonly security?: readonly SecurityRequirement[];
  readonly externalDocs?: { readonly url?: string };
  readonly components?: {
    readonly securitySchemes?: Readonly<Record<string, SecurityScheme>>;
    readonly [kind: string]: unknown;
  };
}
