import type Database from 'better-sqlite3';
import {
  type Compilable,
  DummyDriver,
  Kysely,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from 'kysely';
import { CafebootError } from '../errors.ts';
import type { Schema } from './schema.ts';

/**
 * Typed queries, run synchronously. Kysely only writes the SQL: better-sqlite3 answers in
 * microseconds on the same thread, so the DHCP path needs no promise, and a transaction cannot be
 * held across I/O because its body cannot await.
 */
export interface Queries {
  readonly sql: Kysely<Schema>;
  all<Row>(query: Compilable<Row>): Row[];
  find<Row>(query: Compilable<Row>): Row | undefined;
  /** Returns the number of rows changed and the id of the last one inserted. */
  run(query: Compilable<unknown>): { changes: number; insertedId: number };
  /** All or nothing. Nested calls join the outer transaction. */
  transaction<Result>(body: () => Result): Result;
}

/** Statements kept prepared; repositories have a few dozen shapes, so this is never reached. */
const preparedLimit = 500;

export function createQueries(sqlite: Database.Database): Queries {
  const sql = new Kysely<Schema>({
    dialect: {
      createAdapter: () => new SqliteAdapter(),
      createDriver: () => new DummyDriver(),
      createIntrospector: (db) => new SqliteIntrospector(db),
      createQueryCompiler: () => new SqliteQueryCompiler(),
    },
  });
  const prepared = new Map<string, Database.Statement>();

  function prepare(text: string): Database.Statement {
    const known = prepared.get(text);
    if (known) return known;
    if (prepared.size >= preparedLimit) prepared.clear();
    const statement = sqlite.prepare(text);
    prepared.set(text, statement);
    return statement;
  }

  return {
    sql,
    all<Row>(query: Compilable<Row>) {
      const { sql: text, parameters } = query.compile();
      return prepare(text).all(...parameters) as Row[];
    },
    find<Row>(query: Compilable<Row>) {
      const { sql: text, parameters } = query.compile();
      return prepare(text).get(...parameters) as Row | undefined;
    },
    run(query) {
      const { sql: text, parameters } = query.compile();
      try {
        const { changes, lastInsertRowid } = prepare(text).run(...parameters);
        return { changes, insertedId: Number(lastInsertRowid) };
      } catch (error) {
        throw constraintError(error);
      }
    },
    transaction: (body) => sqlite.transaction(body)(),
  };
}

/** SQLite names the columns: `UNIQUE constraint failed: hosts.mac`. */
function constraintError(error: unknown): unknown {
  const { code, message = '' } = error as { code?: string; message?: string };
  const column = /constraint failed: (\S+)/.exec(message)?.[1] ?? '';
  if (code === 'SQLITE_CONSTRAINT_UNIQUE' || code === 'SQLITE_CONSTRAINT_PRIMARYKEY') {
    return new CafebootError('already_exists', { field: column }, { cause: error });
  }
  if (code === 'SQLITE_CONSTRAINT_FOREIGNKEY') {
    return new CafebootError('in_use', {}, { cause: error });
  }
  return error;
}
