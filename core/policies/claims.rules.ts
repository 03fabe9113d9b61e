/** A claim found in a text: as written, and the readings it may have, each in one spelling. */
export interface Claim {
  readonly raw: string
  readonly readings: readonly string[]
}

const MAX_CLAIMS = 2_000
const NUMBER = String.raw`\d{1,30}(?:[.,'\u00a0 ]\d{1,3}){0,8}(?:[.,]\d{1,6})?`
const SCALE = String.raw`(?:\s?(?:k|m|mn|bn|thousand|million|billion)\b)?`
const CODES: Readonly<Record<string, string>> = {
  $: 'usd',
  us$: 'usd',
  dollar: 'usd',
  dollars: 'usd',
  '€': 'eur',
  euro: 'eur',
  euros: 'eur',
  '£': 'gbp',
  pounds: 'gbp',
  '¥': 'jpy',
  yen: 'jpy',
  '₹': 'inr',
}
const CODE = 'usd|eur|gbp|jpy|inr|chf|cad|aud|cny|sek|nok|dkk|pln|brl'
const MONEY = new RegExp(
  String.raw`(us\$|[$€£¥₹]|\b(?:${CODE})\b)\s?(${NUMBER})(${SCALE})|(${NUMBER})(${SCALE})\s?([€£¥₹]|\b(?:${CODE}|dollars?|euros?|pounds|yen)\b)`,
  'giu',
)
const PERCENT = /(-?\d{1,30}(?:[.,]\d{1,6})?)\s?(?:%|percent\b|per cent\b|prozent\b|por ciento\b|pour cent\b)/giu
const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']
const MONTH = String.raw`(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}\.?`
const DATE = new RegExp(
  String.raw`\b(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})\b|\b(\d{1,2})[-/.](\d{1,2})[-/.](\d{4}|\d{2})\b|\b${MONTH}\s(\d{1,2})(?:st|nd|rd|th)?,?\s(\d{4})\b|\b(\d{1,2})(?:st|nd|rd|th)?\.?\s(?:of\s)?${MONTH},?\s(\d{4})\b|\b${MONTH}\s(\d{4})\b`,
  'giu',
)
const SCALES: Readonly<Record<string, number>> = {
  k: 1e3,
  thousand: 1e3,
  m: 1e6,
  mn: 1e6,
  million: 1e6,
  bn: 1e9,
  billion: 1e9,
}

/** Unicode and white space in one spelling, so that look-alikes compare equal. */
export function canonicalText(text: string): string {
  return text
    .normalize('NFKC')
    .replace(/[\u00ad\u200b-\u200f\u2060\ufeff]/g, '')
    .replace(/[\u2010-\u2015\u2212]/g, '-')
    .replace(/[\u2018\u2019]/g, "'")
    .replace(/[\u201c\u201d]/g, '"')
    .replace(/\s+/g, ' ')
    .trim()
}

/** A decimal mark is the last separator with other than three digits after it; all others group thousands. */
function amount(text: string): number {
  const plain = text.replace(/['\s]/g, '')
  const last = Math.max(plain.lastIndexOf('.'), plain.lastIndexOf(','))
  const decimals = last === -1 ? 0 : plain.length - last - 1
  const mixed = plain.includes('.') && plain.includes(',')
  if (last === -1 || (decimals === 3 && !mixed)) return Number(plain.replace(/[.,]/g, ''))
  return Number(`${plain.slice(0, last).replace(/[.,]/g, '')}.${plain.slice(last + 1)}`)
}

function moneyReading(match: RegExpExecArray): readonly string[] {
  const [, before, first, scale, second, lateScale, after] = match
  const mark = (before ?? after ?? '').toLowerCase()
  const factor = SCALES[(scale ?? lateScale ?? '').trim().toLowerCase()] ?? 1
  return [`${CODES[mark] ?? mark}:${Math.round(amount(first ?? second ?? '') * factor * 1e6) / 1e6}`]
}

function iso(year: string | undefined, month: number, day: string | undefined): string {
  const full = (year ?? '').length === 2 ? `20${year ?? ''}` : (year ?? '')
  return `${full}-${String(month).padStart(2, '0')}${day === undefined ? '' : `-${day.padStart(2, '0')}`}`
}

function dateReadings(match: RegExpExecArray): readonly string[] {
  const [, y1, m1, d1, a, b, y2, mon3, d3, y3, d4, mon4, y4, mon5, y5] = match
  const monthOf = (name: string) => MONTHS.indexOf(name.slice(0, 3).toLowerCase()) + 1
  if (y1 !== undefined) return [iso(y1, Number(m1), d1)]
  if (mon3 !== undefined) return [iso(y3, monthOf(mon3), d3)]
  if (mon4 !== undefined) return [iso(y4, monthOf(mon4), d4)]
  if (mon5 !== undefined) return [iso(y5, monthOf(mon5), undefined)]
  return [
    ...(Number(b) <= 12 ? [iso(y2, Number(b), a)] : []),
    ...(Number(a) <= 12 ? [iso(y2, Number(a), b)] : []),
    `${a ?? ''}/${b ?? ''}/${y2 ?? ''}`,
  ]
}

function collect(text: string, pattern: RegExp, read: (match: RegExpExecArray) => readonly string[]): Claim[] {
  const found: Claim[] = []
  for (const match of text.matchAll(pattern)) {
    if (found.length >= MAX_CLAIMS) throw new Error(`more than ${MAX_CLAIMS} claims in one text`)
    found.push({ raw: match[0], readings: read(match) })
  }
  return found
}

/** Each takes canonical text. */
export const moneyClaims = (text: string): Claim[] => collect(text, MONEY, moneyReading)
export const dateClaims = (text: string): Claim[] => collect(text, DATE, dateReadings)
export const percentClaims = (text: string): Claim[] =>
  collect(text, PERCENT, (match) => [`${Number((match[1] ?? '').replace(',', '.'))}%`])
