/** What our documents have of OpenAPI 3.1. */
interface Document {
  paths: Record<string, Record<string, Operation>>;
}
interface Operation {
  summary?: string;
  tags?: string[];
  parameters?: { name: string; in: string; required?: boolean; schema?: Schema }[];
  requestBody?: { content: Record<string, { schema?: Schema }> };
  'x-access'?: string;
}
interface Schema {
  type?: string;
  enum?: unknown[];
  anyOf?: Schema[];
  items?: Schema;
  properties?: Record<string, Schema>;
  required?: string[];
  pattern?: string;
  minimum?: number;
  maximum?: number;
}

/** A parameter or a field of a body. */
export interface ApiField {
  name: string;
  /** `path`, `query`, `header` or `body`. */
  place: string;
  isRequired: boolean;
  /** In words that any programmer knows: `string`, `1..100`, `on | off`, `string[]`. */
  type: string;
}

export interface ApiOperation {
  method: string;
  /** Below `/api/v1`; parameters as `:name`. */
  path: string;
  summary: string;
  access: string;
  fields: ApiField[];
  /** What a shell would send; the caller fills in where to. */
  example: { body: string | null; path: string };
}

export interface ApiGroup {
  tag: string;
  operations: ApiOperation[];
}

/** The document as the page shows it, in the order of its routes. */
export function toApiGroups(document: object): ApiGroup[] {
  const { paths = {} } = document as Partial<Document>;
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      tag: operation.tags?.[0] ?? '',
      operation: toOperation(method, path, operation),
    })),
  );
  return [...Map.groupBy(operations, ({ tag }) => tag)].map(([tag, group]) => ({
    tag,
    operations: group.map(({ operation }) => operation),
  }));
}

function toOperation(method: string, path: string, operation: Operation): ApiOperation {
  const below = path.replace(/^\/api\/v1/, '');
  const body = operation.requestBody?.content['application/json']?.schema;
  const parameters = (operation.parameters ?? []).map(
    (each): ApiField => ({
      name: each.name,
      place: each.in,
      isRequired: each.required ?? false,
      type: nameType(each.schema),
    }),
  );
  return {
    method: method.toUpperCase(),
    path: below.replace(/\{(\w+)\}/g, ':$1'),
    summary: operation.summary ?? '',
    access: operation['x-access'] ?? '',
    fields: [...parameters, ...toFields(body)],
    example: {
      path: below.replace(/\{(\w+)\}/g, (_, name: string) => name.toUpperCase()),
      body: body === undefined ? null : JSON.stringify(exampleOf(body)),
    },
  };
}

const toFields = (body: Schema | undefined): ApiField[] =>
  Object.entries(body?.properties ?? {}).map(([name, schema]) => ({
    name,
    place: 'body',
    isRequired: body?.required?.includes(name) ?? false,
    type: nameType(schema),
  }));

function nameType(schema: Schema = {}): string {
  const { type, enum: choices, anyOf, items, minimum, maximum } = schema;
  if (anyOf) return anyOf.map(nameType).join(' | ');
  if (choices) return choices.map(String).join(' | ');
  if (type === 'array') {
    const each = nameType(items);
    return each.includes('|') ? `(${each})[]` : `${each}[]`;
  }
  if (minimum !== undefined && maximum !== undefined) return `${type} ${minimum}..${maximum}`;
  return type ?? 'any';
}

/** What is required, or else the first of what may be sent. */
function exampleOf(schema: Schema): unknown {
  const { type, enum: choices, anyOf, items, properties = {}, required, minimum } = schema;
  if (choices) return choices[0];
  const [first] = anyOf ?? [];
  if (first) return exampleOf(first);
  if (type === 'array') return [exampleOf(items ?? {})];
  if (type === 'object') {
    const names = required ?? Object.keys(properties).slice(0, 1);
    return Object.fromEntries(names.map((name) => [name, exampleOf(properties[name] ?? {})]));
  }
  if (type === 'integer' || type === 'number') return minimum ?? 1;
  return type === 'boolean' ? true : '…';
}
