import { derived, link } from '../world.ts'
import type { HandGraph } from './case.ts'

/** Entities behind an interface, and a subgraph that knows only the interface. */
export const INTERFACE_OBJECTS: HandGraph = {
  about: 'interface objects',
  subgraphs: {
    media: `
      type Query { all: [Media!]!  first: Media  audio: Audio }
      interface Media @key(fields: "id") { id: ID!  title: String  length: Int }
      type Audio implements Media @key(fields: "id") { id: ID!  title: String  length: Int  codec: String }
      type Film implements Media @key(fields: "id") { id: ID!  title: String  length: Int  wide: Boolean! }`,
    ratings: `
      type Query { best: [Media!]!  top: Media }
      type Media @interfaceObject @key(fields: "id") { id: ID!  rating: Int!  ratedBy: [Rater!]!  length: Int @external  perMinute: Float @requires(fields: "length") }
      type Rater @key(fields: "name") { name: String!  favourite: Media }`,
    people: 'type Query { rater: Rater }  type Rater @key(fields: "name") { name: String!  age: Int }',
  },
  rows: {
    a1: {
      __typename: 'Audio',
      id: '1',
      title: 'Song',
      length: 4,
      codec: 'opus',
      rating: 8,
      ratedBy: [link('ann')],
      perMinute: per('length'),
    },
    f1: {
      __typename: 'Film',
      id: '2',
      title: null,
      length: 90,
      wide: true,
      rating: 9,
      ratedBy: [link('ann'), link('ben')],
      perMinute: per('length'),
    },
    ann: { __typename: 'Rater', name: 'Ann', favourite: link('f1'), age: 30 },
    ben: { __typename: 'Rater', name: 'Ben', favourite: null, age: null },
    Query: {
      __typename: 'Query',
      all: [link('a1'), link('f1'), link('a1')],
      first: link('f1'),
      audio: link('a1'),
      best: [link('f1'), link('a1')],
      top: link('a1'),
      rater: link('ann'),
    },
  },
  cases: [
    {
      title: 'adds fields to what is behind the interface',
      query: '{ all { id rating title } first { rating ... on Film { wide } } audio { codec rating } }',
    },
    {
      title: 'finds the type of what it knows only as the interface',
      query: '{ best { __typename id title ... on Film { wide } ... on Audio { codec } } top { rating } }',
    },
    { title: 'asks nobody for a type that nobody asked for', query: '{ best { id rating } }' },
    {
      title: 'goes to and fro',
      query: '{ best { ratedBy { name age favourite { __typename title rating ... on Film { wide ratedBy { age } } } } } }',
    },
    { title: 'sends what an interface object requires', query: '{ best { id perMinute } top { perMinute } }' },
    {
      title: 'sends what an interface object requires of a type behind the interface',
      query: '{ all { id perMinute } audio { perMinute } }',
      referenceIsWrong: 'its planner takes what the field requires for something that the subgraph knows itself',
    },
    {
      title: 'puts conditions on it',
      query:
        'query($no: Boolean!) { best { rating @skip(if: $no) ... on Film @include(if: $no) { wide } title @include(if: $no) } }',
      variables: { no: false },
    },
    { title: 'names it under aliases', query: '{ b: best { r: rating t: title k: __typename } }' },
    {
      title: 'says so if nobody knows the type of what is asked for its type',
      query: '{ top { __typename rating } }',
      trouble: { entity: (name) => (name === 'media' ? null : undefined) },
      referenceIsWrong: 'the object is null, and no error says why',
      expected: { data: { top: null }, hasErrors: true },
    },
    {
      title: 'reports what fails behind it',
      query: '{ best { id title rating } }',
      trouble: { entity: (name, row) => (name === 'media' && row.id === '2' ? null : undefined) },
      isMalformed: true,
    },
  ],
}

function per(field: string) {
  return derived(field, (given) => Number(given[field]) / 2)
}

/** One interface in several subgraphs, each of which knows other members and other fields of it. */
export const SPLIT_ABSTRACT: HandGraph = {
  about: 'abstract types that subgraphs know in part',
  subgraphs: {
    one: `
      type Query { pets: [Pet!]!  any: Any  both: Pet @shareable }
      interface Pet { id: ID!  name: String }
      type Cat implements Pet @key(fields: "id") { id: ID!  name: String @shareable  lives: Int  home: Home }
      type Dog implements Pet @key(fields: "id") @key(fields: "chip") { id: ID!  chip: Int!  name: String @shareable }
      type Home @shareable { street: String! }
      union Any = Cat | Dog`,
    two: `
      type Query { owned: [Pet]  thing: Any  both: Pet @shareable }
      interface Pet { id: ID!  owner: Owner }
      type Cat implements Pet @key(fields: "id") { id: ID!  owner: Owner @shareable  home: Home @external  where: String @requires(fields: "home { street }") }
      type Dog implements Pet @key(fields: "chip") { id: ID! @shareable  chip: Int!  owner: Owner @shareable }
      type Home { street: String! @external }
      type Owner { name: String!  pets: [Pet!] }
      type Stone { weight: Int }
      union Any = Cat | Stone`,
  },
  rows: {
    cat: {
      __typename: 'Cat',
      id: 'c',
      name: 'Tom',
      lives: 9,
      home: { __typename: 'Home', street: 'Elm' },
      owner: { __typename: 'Owner', name: 'Ann', pets: [link('cat'), link('dog')] },
      where: derived('home { street }', ({ home }) => `at ${JSON.stringify(home)}`),
    },
    stray: {
      __typename: 'Cat',
      id: 's',
      name: null,
      lives: null,
      home: null,
      owner: null,
      where: derived('home { street }', ({ home }) => `at ${JSON.stringify(home)}`),
    },
    dog: { __typename: 'Dog', id: 'd', chip: 5, name: 'Rex', owner: { __typename: 'Owner', name: 'Ben', pets: null } },
    Query: {
      __typename: 'Query',
      pets: [link('cat'), link('dog'), link('stray')],
      any: link('dog'),
      both: link('cat'),
      owned: [link('dog'), null, link('stray'), link('cat')],
      thing: { __typename: 'Stone', weight: 3 },
    },
  },
  cases: [
    {
      title: 'joins a field that the interface has elsewhere',
      query: '{ pets { id name ... on Cat { owner { name } where lives } ... on Dog { owner { name pets { id } } chip } } }',
    },
    {
      title: 'joins names to what is known without them',
      query: '{ owned { __typename id ... on Cat { name home { street } where } ... on Dog { name } } }',
    },
    {
      title: 'goes through the same types twice',
      query:
        '{ owned { ... on Cat { owner { name pets { id ... on Cat { name where } ... on Dog { name owner { name } } } } } } }',
    },
    {
      title: 'tells members of a union that subgraphs share in part',
      query:
        '{ any { __typename ... on Dog { name owner { name } } } thing { __typename ... on Stone { weight } ... on Cat { lives } } }',
    },
    { title: 'answers a shared root field of an interface', query: '{ both { id ... on Cat { name owner { name } where } } }' },
    { title: 'requires null', query: '{ owned { ... on Cat { where } } pets { ... on Cat { where } } }' },
  ],
}
