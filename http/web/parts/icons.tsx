import type { ReactNode } from 'react'

const paths = {
  inbox: 'M2.5 9.5h3l1 2h3l1-2h3M2.5 9.5v3a1 1 0 0 0 1 1h9a1 1 0 0 0 1-1v-3l-2-6a1 1 0 0 0-1-.7h-5a1 1 0 0 0-1 .7z',
  list: 'M5.5 4h8M5.5 8h8M5.5 12h8M2.5 4h.01M2.5 8h.01M2.5 12h.01',
  shield: 'M8 1.8l5 1.8v4c0 3.2-2.1 5.5-5 6.6-2.9-1.1-5-3.4-5-6.6v-4z',
  bot: 'M8 2v2.5M4 4.5h8a1.5 1.5 0 0 1 1.5 1.5v5.5a1.5 1.5 0 0 1-1.5 1.5H4a1.5 1.5 0 0 1-1.5-1.5V6A1.5 1.5 0 0 1 4 4.5zM6 8v1M10 8v1',
  key: 'M10.5 2.5a3 3 0 1 1-2.3 4.9L3 12.6v.9h2v-1.5h1.5v-1.5h1.3l1-1M11 5h.01',
  people:
    'M6 7.5a2.3 2.3 0 1 0 0-4.6 2.3 2.3 0 0 0 0 4.6zM2 13c0-2.2 1.8-3.5 4-3.5s4 1.3 4 3.5M10.5 3.2a2.2 2.2 0 0 1 0 4.2M11.8 9.8c1.4.4 2.2 1.5 2.2 3.2',
  sliders: 'M2.5 5h6M11.5 5h2M2.5 11h2M7.5 11h6M10 3.5v3M6 9.5v3',
  ledger: 'M3 2.5h8.5a1 1 0 0 1 1 1v10H4a1 1 0 0 1-1-1zM3 12.5a1 1 0 0 1 1-1h8.5M6 5.5h4M6 8h4',
  pulse: 'M1.8 8h2.7l1.5-4 3 8.5L11 8h3.2',
  person: 'M8 8a2.7 2.7 0 1 0 0-5.4A2.7 2.7 0 0 0 8 8zM3 13.5c0-2.4 2.2-3.8 5-3.8s5 1.4 5 3.8',
  sun: 'M8 10.8a2.8 2.8 0 1 0 0-5.6 2.8 2.8 0 0 0 0 5.6zM8 1.5v1M8 13.5v1M1.5 8h1M13.5 8h1M3.4 3.4l.7.7M11.9 11.9l.7.7M12.6 3.4l-.7.7M4.1 11.9l-.7.7',
  moon: 'M13.5 9.3A5.7 5.7 0 0 1 6.7 2.5a5.7 5.7 0 1 0 6.8 6.8z',
  check: 'M3 8.5l3.2 3.2L13 4.8',
  cross: 'M4 4l8 8M12 4l-8 8',
  clock: 'M8 14a6 6 0 1 0 0-12 6 6 0 0 0 0 12zM8 4.8V8l2.2 1.4',
  search: 'M7 11.5a4.5 4.5 0 1 0 0-9 4.5 4.5 0 0 0 0 9zM10.3 10.3l3.2 3.2',
  copy: 'M6 5.5h6.5a1 1 0 0 1 1 1V13a1 1 0 0 1-1 1H6a1 1 0 0 1-1-1V6.5a1 1 0 0 1 1-1zM3 10.5h-.3a.7.7 0 0 1-.7-.7V3a1 1 0 0 1 1-1h6.8a.7.7 0 0 1 .7.7V3',
  down: 'M4 6l4 4 4-4',
  left: 'M10 3.5L5.5 8l4.5 4.5',
  right: 'M6 3.5L10.5 8 6 12.5',
  menu: 'M2.5 4.5h11M2.5 8h11M2.5 11.5h11',
  alert: 'M8 5.5v3.2M8 11.2h.01M7.1 2.5L1.7 11.8a1 1 0 0 0 .9 1.5h10.8a1 1 0 0 0 .9-1.5L8.9 2.5a1 1 0 0 0-1.8 0z',
  bars: 'M3 13.5V9M6.5 13.5V4.5M10 13.5V7M13.5 13.5v-11',
  board: 'M2.5 3h3v10h-3zM6.5 3h3v6h-3zM10.5 3h3v8h-3z',
  hook: 'M6.2 7.3a2.6 2.6 0 1 1 4.2-1.2M7.8 4.6L5 10M11.2 10.9a2.6 2.6 0 1 1-2.1 2.2M11.2 10.9H5.4M4.5 9.1a2.6 2.6 0 1 0 3.3 2.5M10 5.5l2.3 4.6',
  again: 'M13 8a5 5 0 1 1-1.5-3.6M13 2v3h-3',
  plus: 'M8 3v10M3 8h10',
  pause: 'M5.5 3.5v9M10.5 3.5v9',
  play: 'M5 3l7.5 5L5 13z',
  stop: 'M5.3 1.8h5.4l3.5 3.5v5.4l-3.5 3.5H5.3l-3.5-3.5V5.3zM8 5v3.5M8 11h.01',
  bell: 'M4 11.5V7a4 4 0 0 1 8 0v4.5l1 1H3zM6.8 14h2.4',
  out: 'M6 2.5H3.5a1 1 0 0 0-1 1v9a1 1 0 0 0 1 1H6M10 5l3 3-3 3M13 8H6',
  terminal: 'M3 4.5L6 8l-3 3.5M8 12h5',
  globe: 'M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12zM2 8h12M8 2c2 2 2.7 4 2.7 6S10 12 8 14M8 2C6 4 5.3 6 5.3 8S6 12 8 14',
  database:
    'M13 3.8c0 1-2.2 1.8-5 1.8s-5-.8-5-1.8S5.2 2 8 2s5 .8 5 1.8zM3 3.8v8.4C3 13.2 5.2 14 8 14s5-.8 5-1.8V3.8M3 8c0 1 2.2 1.8 5 1.8S13 9 13 8',
  file: 'M9 2H4.5a1 1 0 0 0-1 1v10a1 1 0 0 0 1 1h7a1 1 0 0 0 1-1V5.5zM9 2v3.5h3.5',
  device: 'M4 2h8a1 1 0 0 1 1 1v7.5H3V3a1 1 0 0 1 1-1zM1.5 13.5h13M3 10.5l-1 3M13 10.5l1 3',
  lock: 'M4 7h8a1 1 0 0 1 1 1v5a1 1 0 0 1-1 1H4a1 1 0 0 1-1-1V8a1 1 0 0 1 1-1zM5.3 7V4.7a2.7 2.7 0 0 1 5.4 0V7',
} as const

export type IconName = keyof typeof paths

/** Decoration beside words; a control that is only an icon carries its label itself. */
export function Icon({ name, size = 16 }: { readonly name: IconName; readonly size?: number }): ReactNode {
  return (
    <svg className="icon" viewBox="0 0 16 16" width={size} height={size} aria-hidden="true" focusable="false">
      <path d={paths[name]} />
    </svg>
  )
}

export function Mark({ size = 22 }: { readonly size?: number }): ReactNode {
  return (
    <svg className="mark" viewBox="0 0 64 64" width={size} height={size} aria-hidden="true" focusable="false">
      <rect width="64" height="64" rx="15" />
      <path d="M12 22l8.5 22L31 24.5 38 44" />
      <path d="M38 44L53 17" className="mark-tick" />
    </svg>
  )
}
