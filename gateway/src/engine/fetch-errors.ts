import { GraphQLError } from 'graphql'
import { walkEntities } from './compiling/entities.ts'
import type { EntityBatch } from './compiling/entity-batch.ts'
import type { Represent } from './compiling/representations.ts'
import type { EntityFetch } from './compiling/schedule.ts'
import type { JsonObject } from './plain-data.ts'
import type { RequestText } from './request-text.ts'

type Path = readonly (string | number)[]

/** One field of a request: what it asked for, and for which fetches. */
type AskedField = {
  readonly fetches: readonly { readonly fetch: EntityFetch; readonly represent: Represent }[]
  readonly batch: EntityBatch
}

/** Of one answer; a client gets fewer. */
const MAX_ERRORS_OF_ANSWER = 200

/** What a subgraph reported, as an error of the client's operation at `path`. */
export function errorAt(original: GraphQLError, service: string, path: Path): GraphQLError {
  const message = original.message || `Error while fetching subquery from service "${service}"`
  const code = original.extensions.code || 'DOWNSTREAM_SERVICE_ERROR'
  return new GraphQLError(message, {
    originalError: original,
    path,
    extensions: { ...original.extensions, serviceName: service, code },
  })
}

/** An error of a whole request belongs to where its result was to go. */
export const pathOf = (error: GraphQLError): Path => error.path ?? []

/**
 * The errors of a request for entities found in `data`, in the order of the entities: every place that waits for an entity
 * gets the entity's errors, a fetch those of the whole request. `fields` are those that `text` has aliases for.
 */
export function errorsOfEntities(
  errors: readonly GraphQLError[],
  request: { readonly service: string; readonly text: Pick<RequestText, 'fields'>; readonly fields: readonly AskedField[] },
  data: JsonObject,
): readonly GraphQLError[] {
  const { service, text, fields } = request
  const reported: { readonly order: number; readonly path: Path; readonly error: GraphQLError }[] = []
  const places = new Map<AskedField, readonly (readonly Place[])[]>()
  for (const error of errors) {
    const [alias, index, ...rest] = pathOf(error)
    const position = text.fields.findIndex((field) => field.alias === alias)
    const field = fields[position]
    if (field && typeof index === 'number') {
      const known = places.get(field) ?? placesOf(field, data)
      places.set(field, known)
      for (const { path, order } of known[index] ?? []) {
        reported.push({ order: order + position * 1e9, path: [...path, ...rest], error })
      }
      continue
    }
    const below = field ? ['_entities', ...pathOf(error).slice(1)] : pathOf(error)
    for (const { fetch } of (field ? [field] : fields).flatMap(({ fetches }) => fetches)) {
      reported.push({ order: -1, path: [...fetch.path, ...below], error })
    }
  }
  reported.sort((one, other) => one.order - other.order)
  return reported.slice(0, MAX_ERRORS_OF_ANSWER).map(({ path, error }) => errorAt(error, service, path))
}

/** A list of entities as a subgraph gave it, with null for each that it does not show. */
export type ReceivedEntities = AskedField & { readonly list: readonly unknown[] }

/** The places in `data` that wait for an entity which its subgraph does not show. */
export function placesOfAbsent(received: readonly ReceivedEntities[], data: JsonObject): readonly Path[] {
  return received.flatMap((field) =>
    placesOf(field, data).flatMap((places, index) => (field.list[index] === null ? places.map(({ path }) => path) : [])),
  )
}

type Place = { readonly path: Path; readonly order: number }

/**
 * For each representation the places of the entities that it stands for. They are known by being the objects that were asked
 * for: what a representation was made of may have become null since, through another fetch.
 */
function placesOf({ fetches, batch }: AskedField, data: JsonObject): readonly (readonly Place[])[] {
  const places: Place[][] = batch.representations.map(() => [])
  const asked = indicesOf(batch)
  let order = 0
  for (const { fetch, represent } of fetches) {
    walkEntities(data, fetch.path, (entity, path) => {
      const indices = asked.get(entity)
      if (!indices) return
      const place = { path, order: order++ }
      const [only] = indices
      const index = indices.size > 1 ? batch.indexOf.get(represent(entity) ?? '') : only
      if (index !== undefined) places[index]?.push(place)
    })
  }
  return places
}

/** By object, since one may be asked for in several forms. */
function indicesOf({ targets, indices }: EntityBatch): ReadonlyMap<JsonObject, ReadonlySet<number>> {
  const found = new Map<JsonObject, Set<number>>()
  for (const [at, target] of targets.entries()) {
    const index = indices[at]
    if (index === undefined) continue
    const known = found.get(target)
    if (known) known.add(index)
    else found.set(target, new Set([index]))
  }
  return found
}
