import type { EventDefinition } from '@planet/runtime/events/define'
import { EVENTS } from '@planet/runtime/events/registry'

const BEGIN = '<!-- events: written by `npm run compose` from the registry -->'
const END = '<!-- events end -->'

const SEEN_BY: Record<EventDefinition['audience'], string> = {
  NOBODY: '',
  EVERYBODY: 'everybody',
  ITS_USER: 'its user',
  ITS_CIRCLE: 'members of its circle',
  GATEWAYS: 'gateways',
}

const row = ({ type, about, kept, stream, payload, version, consumers, audience }: EventDefinition) => {
  const readers = [...(audience === 'NOBODY' ? [] : [SEEN_BY[audience]]), ...consumers]
  const members = Object.keys(payload.shape).join(', ')
  return `| \`${type}\` | ${about} | ${kept} | \`${stream}\` | ${version} | ${members} | ${readers.join(', ') || '–'} |`
}

/** `document` with the table of all events between its marks. */
export function withEventsTable(document: string): string {
  const [before, rest] = document.split(BEGIN)
  const [, after] = rest?.split(END) ?? []
  if (before === undefined || after === undefined) throw new Error('docs/events.md has lost the marks of its table')
  const head = ['| event | when | kept | stream | version | payload | seen by |', '| --- | --- | --- | --- | --- | --- | --- |']
  return [before.trimEnd(), '', BEGIN, '', ...head, ...EVENTS.map(row), '', END, after.replace(/^\n?/, '')].join('\n')
}
