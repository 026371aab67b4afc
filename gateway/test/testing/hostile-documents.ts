import { getIntrospectionQuery } from 'graphql'

/** A request's JSON against the platform's API that tries to hold up whoever reads it. */
export type HostileRequest = { readonly name: string; readonly body: string }

/**
 * Requests that cost far more than they look: each is at, or beyond, a limit of what is admitted, or aims at one stage of
 * the way from the body's bytes to the plan. None may hold the gateway's loop, and none may be answered with its fault.
 */
export const hostileRequests = (): readonly HostileRequest[] => [
  ...nested(),
  ...alike(),
  ...spread(),
  ...introspecting(),
  ...long(),
  ...many(),
  ...wrong(),
]

const request = (name: string, query: string, variables?: unknown): HostileRequest => ({
  name,
  body: JSON.stringify({ query, ...(variables === undefined ? {} : { variables }) }),
})

const times = (count: number, write: string | ((index: number) => string), between = ' ') =>
  Array.from({ length: count }, (_, index) => (typeof write === 'string' ? write : write(index))).join(between)

const within = (levels: number, open: string, inner: string, close: string) => open.repeat(levels) + inner + close.repeat(levels)

const posts = (selections: string, first = '1') => `{publicFeed(first:${first}){edges{node{${selections}}}}}`

function nested(): HostileRequest[] {
  const json = (levels: number, open: string, close: string) =>
    `{"query":"query($f:FeedFilter){publicFeed(first:1,filter:$f){edges{cursor}}}","variables":{"f":${within(levels, open, '1', close)}}}`
  return [
    request('800 inline fragments in one another', within(800, '{...', '{__typename}', '}')),
    request('2,000 inline fragments in one another', within(2_000, '{...', '{__typename}', '}')),
    request('50 inline fragments around 900 fields', posts(within(50, '...{', times(900, 'id'), '}'))),
    request('2,500 levels of fields', within(2_500, '{a', '{a}', '}')),
    request('4,900 lists in one another', `{publicFeed(first:${within(4_900, '[', '1', ']')}){__typename}}`),
    request('2,400 objects in one another', `{publicFeed(filter:${within(2_400, '{a:', '1', '}')}){__typename}}`),
    request('4,900 levels of a type', `query($a:${within(4_900, '[', 'Int', ']')}){__typename}`),
    request('4,900 levels of a default value', `query($a:Int=${within(4_900, '[', '1', ']')}){__typename}`),
    request("4,900 levels of a directive's argument", `{__typename@skip(if:${within(4_900, '[', '1', ']')})}`),
    request('4,900 levels in a refused kind of definition', `directive@a(b:${within(4_900, '[', 'C', ']')})on FIELD`),
    request('120,000 brackets that are never closed', `{a(b:${'['.repeat(120_000)}`),
    { name: '40,000 objects in a variable', body: json(40_000, '{"a":', '}') },
    { name: '120,000 lists in a variable', body: json(120_000, '[', ']') },
    {
      name: '120,000 lists in the extensions',
      body: `{"query":"{__typename}","extensions":{"a":${within(120_000, '[', '', ']')}}}`,
    },
    { name: '120,000 lists in place of a request', body: within(120_000, '[', '', ']') },
  ]
}

function alike(): HostileRequest[] {
  const edges = (count: number, inner: string) => `{${times(count, `publicFeed(first:1){${inner}}`)}}`
  return [
    request('990 times one field with an argument', posts(times(990, 'versions(first:1){__typename}'))),
    request('300 times one field with an argument', posts(times(300, 'versions(first:1){edges{cursor}}'))),
    request('1,990 times one field', posts(times(1_990, 'id'))),
    request('400 times one field with others inside', posts(times(400, 'author{id handle displayName}'))),
    request('45 times one field, 40 inside each', edges(45, times(40, 'edges{cursor}').slice(0, 600))),
    request('alike on several levels', posts(times(6, `author{posts(first:1){edges{node{${times(6, 'author{id handle}')}}}}}`))),
    request(
      '600 fields that differ in the last',
      `{${times(40, 'publicFeed(first:1){__typename}')}publicFeed(first:2){__typename}}`,
    ),
    request('a long list as an argument, 9 times', posts(times(9, `versions(first:[${times(1_000, '1', ',')}]){__typename}`))),
  ]
}

function spread(): HostileRequest[] {
  const chain = (length: number, write: (index: number) => string) => times(length, write)
  return [
    request(
      '1,200 fragments in a chain',
      `{...F0}${chain(1_200, (i) => `fragment F${i} on Query{${i < 1_199 ? `...F${i + 1}` : '__typename'}}`)}`,
    ),
    request(
      'a chain of 600 fragments, spread 900 times',
      `{${times(900, '...F0')}}${chain(600, (i) => `fragment F${i} on Query{${i < 599 ? `...F${i + 1}` : '__typename'}}`)}`,
    ),
    request(
      'a chain of 40 fragments, each spread twice',
      `{...F0}${chain(40, (i) => `fragment F${i} on Query{${i < 39 ? `...F${i + 1} ...F${i + 1}` : '__typename'}}`)}`,
    ),
    request('800 fragments in a circle', `{...F0}${chain(800, (i) => `fragment F${i} on Query{...F${(i + 1) % 800}}`)}`),
    request(
      '40 fragments that all spread each other',
      `{...F0}${chain(40, (i) => `fragment F${i} on Query{${times(40, (j) => `...F${j}`)}}`)}`,
    ),
    request(
      '300 fragments side by side',
      `{publicFeed(first:1){edges{node{${times(300, (i) => `...F${i}`)}}}}}${chain(300, (i) => `fragment F${i} on Post{id title author{id}}`)}`,
    ),
    request(
      '400 operations with 40 uses of a variable',
      `${times(400, (i) => `query Q${i}($a:Int!){...F}`)}fragment F on Query{${times(40, 'publicFeed(first:$a){__typename}')}}`,
    ),
    request(
      '1,600 operations',
      times(1_600, (i) => `query Q${i}{__typename}`),
    ),
    request('a list of 3,000 in a fragment that is spread 900 times', spreadLiteral(`[${times(3_000, '"a"', ',')}]`)),
    request('a text of 200,000 in a fragment that is spread 900 times', spreadLiteral(`["${'a'.repeat(200_000)}"]`)),
  ]
}

const spreadLiteral = (literal: string) =>
  `{publicFeed(first:1){edges{node{${times(900, '...F')}}}}}fragment F on Post{versions(after:${literal}){__typename}}`

function introspecting(): HostileRequest[] {
  const whole = getIntrospectionQuery({ descriptions: true, inputValueDeprecation: true })
  const schemaOf = (selections: string) => `{__schema{${selections}}}`
  return [
    request('the introspection of every tool', whole),
    request('49 introspections', `{${times(49, (i) => `a${i}:__schema{types{name description fields{name description}}}`)}}`),
    request('49 times the same introspection', `{${times(49, '__schema{types{name description fields{name description}}}')}}`),
    request('49 types', `{${times(49, (i) => `a${i}:__type(name:"Query"){fields{name args{name description}}}`)}}`),
    request('100 names of every field', schemaOf(`types{fields{${times(98, (i) => `a${i}:name`)}}}`)),
    request('fields of types of fields', schemaOf('types{fields{type{fields{name description args{name description}}}}}')),
    request(
      'types of fields, from many sides',
      schemaOf(`types{${times(30, (i) => `a${i}:fields{type{name}args{type{name}}}`)}}`),
    ),
    request(
      'fragments that double below the schema, that nobody uses',
      `{__typename}fragment A on Query{__schema{...F0}}${times(40, (i) => `fragment F${i} on __Schema{...F${i + 1} ...F${i + 1}}`)}fragment F40 on __Schema{types{fields{name}}}`,
    ),
    request(
      'types of types of types',
      schemaOf(`types{${within(15, 'ofType{', 'name', '}')}fields{${within(14, 'type{', 'name', '}')}}}`),
    ),
  ]
}

function long(): HostileRequest[] {
  const after = (literal: string, inner = '__typename') => `{publicFeed(first:1,after:${literal}){${inner}}}`
  return [
    request('a text of 250,000 characters', after(`"${'x'.repeat(250_000)}"`)),
    request('a text of 120,000 escapes', after(`"${'\\n'.repeat(60_000)}"`)),
    request('a block of 80,000 lines', after(`"""${'x\n'.repeat(80_000)}"""`)),
    request('a block of 80,000 lines that are set in', after(`"""${'\n '.repeat(80_000)}x"""`)),
    request(
      'a block of 80,000 lines, 8 levels deep',
      posts(`author{posts(first:1){edges{node{versions(first:1,after:"""${'x\n'.repeat(80_000)}"""){__typename}}}}}`),
    ),
    request('80,000 lines of comments', `${'#\n'.repeat(80_000)}{__typename}`),
    request('250,000 spaces', `${' '.repeat(250_000)}{__typename}`),
    request('80,000 lines before a fault', `${'\n'.repeat(80_000)}{${times(100, (i) => `nothing${i}`)}}`),
    request('80,000 lines before what is not GraphQL', `${'\n'.repeat(80_000)}{`),
    request('1,600 variables of one name, in 80,000 lines', `query(${times(1_600, `$a:Int${'\n'.repeat(50)}`)}){__typename}`),
    request(
      '1,600 arguments of one name, in 80,000 lines',
      `{publicFeed(${times(1_600, `first:1${'\n'.repeat(50)}`)}){__typename}}`,
    ),
    request('a name of 200,000 characters', `{${'x'.repeat(200_000)}}`),
    request(
      'an unknown variable with a name of 200,000 characters',
      `${times(40, (i) => `query Q${i}{...F}`)}fragment F on Query{publicFeed(first:$${'x'.repeat(200_000)}){__typename}}`,
    ),
  ]
}

function many(): HostileRequest[] {
  const enough = times(1_000, (i) => `$a${i}:Int!`)
  return [
    request('1,600 variables', `query(${times(1_600, (i) => `$a${i}:Int`)}){__typename}`),
    request(
      '45 variables that all decide what is included',
      `query(${times(45, (i) => `$a${i}:Boolean!`)}){publicFeed(first:1){edges{node{${times(45, (i) => `...@include(if:$a${i}){title author{id}}`)}}}}}`,
      Object.fromEntries(Array.from({ length: 45 }, (_, i) => [`a${i}`, true])),
    ),
    request('3,000 directives on one field', `{__typename ${times(2_400, '@a')}}`),
    request('1,600 conditions on one field', `{__typename ${times(1_400, '@skip(if:true)')}}`),
    request('a list of 9,000 numbers', `{publicFeed(first:[${times(9_000, '1', ',')}]){__typename}}`),
    request('an object of 3,000 fields', `{publicFeed(filter:{${times(3_000, (i) => `a${i}:1`, ',')}}){__typename}}`),
    request('1,000 variables that are missing', `query(${enough}){__typename}`, {}),
    request('a variable that is a list of 60,000', 'query($a:[Int!]){__typename}', {
      a: Array.from({ length: 60_000 }, () => 'x'),
    }),
    request('a subscription with 30,000 ids', 'subscription($c:[ID!]){signalPublished(creatorIds:$c){__typename}}', {
      c: Array.from({ length: 30_000 }, (_, i) => `${i}`),
    }),
    request('a variable of 40,000 wrong values', 'subscription($c:[ID!]){signalPublished(creatorIds:$c){__typename}}', {
      c: Array.from({ length: 40_000 }, () => null),
    }),
    request('100 fields of posts under other names', posts(times(98, (i) => `a${i}:title`))),
    request('every field of the API that fits', posts(everyField(12))),
    request(
      '400 fragments on members of a union',
      `mutation($i:PublishPostInput!){publishPost(input:$i){${times(400, (i) => `...on ${['InvalidInput', 'NotACreator', 'NotACircleMember'][i % 3]}{code message}`)}}}`,
    ),
    request('49 root fields', `{${times(49, (i) => `a${i}:publicFeed(first:1){edges{node{id title author{id handle}}}}`)}}`),
    request(
      '49 root fields with 39 below each',
      `{${times(49, (i) => `a${i}:publicFeed(first:1){edges{node{${FIELDS} author{${AUTHOR}}circle{id name}signal{id}}}}`)}}`,
    ),
    request(
      '35 root fields with fields of every subgraph',
      `{${times(35, (i) => `a${i}:publicFeed(first:1){edges{node{${JOINED} circle{host{${JOINED_AUTHOR}}feed(first:1){edges{node{${JOINED}}}}}}}}`)}}`,
    ),
    request(
      'many levels of fields of every subgraph, on two ways',
      posts(`${everyField(12)} circle{id feed(first:1){edges{node{${everyField(8)}}}}}`),
    ),
    request('a subscription to 900 fields', `subscription{signalPublished{${times(900, '__typename')}}}`),
  ]
}

const FIELDS =
  'id title body kind audience version publishedAt retractedAt cashtags{symbol}topics{code}versions(first:1){edges{cursor}}'
const AUTHOR =
  'id handle displayName followerCount headline openedAt viewerIsFollowing posts(first:1){edges{node{id title body author{id handle}}}}'

const JOINED_AUTHOR = 'handle circles(first:1){edges{cursor}}liveSessions(first:1){edges{cursor}}'
const JOINED = `author{${JOINED_AUTHOR}}signal{instrument{symbol}}liveSessions(first:1){edges{cursor}}linkedTrades(first:1){edges{cursor}}`

/** Posts of authors of posts: few characters, and fields of many subgraphs on each of the levels. */
function everyField(levels: number): string {
  const leaf = 'id title body author{id handle followerCount}signal{id}circle{id}liveSessions(first:1){edges{node{id}}}'
  let inner = leaf
  for (let level = 0; level < levels / 4; level++) inner = `${leaf} author{id posts(first:1){edges{node{${inner}}}}}`
  return inner
}

function wrong(): HostileRequest[] {
  return [
    request('2,000 fields that are not there', posts(times(1_900, (i) => `titl${i}`))),
    request('2,000 arguments that are not there', `{publicFeed(${times(2_000, (i) => `firs${i}:1`)}){__typename}}`),
    request('1,200 fragments that are not there', `{${times(1_200, (i) => `...F${i}`)}}`),
    request('1,000 fragments that are not used', `{__typename}${times(1_000, (i) => `fragment F${i} on Query{__typename}`)}`),
    request('1,000 types that are not there', `query(${times(1_000, (i) => `$a${i}:Pos${i}`)}){__typename}`),
    request(
      '400 conflicts with one another',
      `{publicFeed(first:1){${times(95, (i) => `pageInfo{a:hasNextPage}pageInfo{a:endCursor b${i}:endCursor}`)}}}`,
    ),
    request(
      'values of an enum that are not there',
      `{liveSessions(status:[${times(3_000, (i) => `LIV${i}`, ',')}]){__typename}}`,
    ),
    request('2,000 fields without what they need', `{${times(49, 'publicFeed')}}`),
  ]
}
