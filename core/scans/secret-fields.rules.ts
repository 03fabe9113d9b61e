import type { SecretPattern } from './secret-formats.rules.ts'

const PLACEHOLDER =
  /^(?:\$|%[A-Za-z_]|<|\{\{|\[redacted|\*{3}|x{4,}$|\.{3}|process\.env|os\.environ|env\.|import\.meta|secrets\.|vault:|your[-_ ]|my[-_]?(?:password|secret|token)$|changeme$|example|placeholder|null\b|none\b|nil\b|true\b|false\b|undefined\b|string\b|number\b|boolean\b|required\b|optional\b|hidden\b|missing\b|invalid\b|expired\b|empty\b|redacted)/i

const MARKER = /^\[REDACTED:[a-z0-9_]{1,40}\]$/

export const isMarker = (value: string): boolean => MARKER.test(value)

const isReal = (value: string): boolean => !PLACEHOLDER.test(value) && !/[({]$/.test(value)

/** Shannon entropy in bits per character. */
export function entropy(value: string): number {
  const counts = new Map<string, number>()
  for (const char of value) counts.set(char, (counts.get(char) ?? 0) + 1)
  let bits = 0
  for (const count of counts.values()) bits -= (count / value.length) * Math.log2(count / value.length)
  return bits
}

/** A key-like value: long enough, with digits, and not a word in a sentence or a call in code. */
const isKeyLike = (value: string): boolean =>
  isReal(value) && value.length >= 8 && /[0-9]/.test(value) && /[A-Za-z]/.test(value) && entropy(value) >= 2.5

const isPassword = (value: string): boolean => isReal(value) && !/^[a-z_$][\w$]*(?:\.[\w$]+)+$/i.test(value)

/** After `password:` a bare dictionary word is prose ("password: required"); after `=` it is a value. */
const isPasswordInProse = (value: string): boolean => isPassword(value) && /[0-9!#$%^&*+]/.test(value)

const decodesToUserinfo = (value: string): boolean =>
  value.length % 4 !== 1 &&
  /^[\x20-\x7e]{1,200}:[\x20-\x7e]{1,200}$/.test(Buffer.from(value, 'base64').toString('latin1'))

const NOT_A_USER =
  /^(?:mailto|to|cc|bcc|from|e-?mail|contact|sip|xmpp|acct|npm|docker|image|author|by|at|re|via|workspace|git)$/i

const isBareUserinfo = (value: string): boolean => {
  const [user = '', password = ''] = value.split(':')
  return (
    !NOT_A_USER.test(user) &&
    password.length >= 8 &&
    /[0-9]/.test(password) &&
    /[A-Za-z]/.test(password) &&
    isReal(password)
  )
}

const SECRET_WORDS =
  'secret|token|api[-_ ]?key|access[-_]?key|account[-_]?key|auth[-_]?key|signing[-_]?key|encryption[-_]?key|credentials?'
const PASSWORD_WORDS = 'password|passwd|passphrase|passcode|pwd'
const QUOTE = `(?:\\\\{0,3}["'\`])`
const SECRET_ANCHORS = [
  'secret',
  'token',
  'api_key',
  'apikey',
  'api-key',
  'api key',
  'access_key',
  'accesskey',
  'access-key',
  'account_key',
  'accountkey',
  'auth_key',
  'authkey',
  'signing_key',
  'signingkey',
  'encryption_key',
  'encryptionkey',
  'credential',
]
const PASSWORD_ANCHORS = ['passw', 'passphrase', 'passcode', 'pwd']

const field = (words: string, separator: string, value: string): RegExp =>
  new RegExp(`(?:${words})[\\w-]{0,24}${QUOTE}?\\s{0,4}${separator}\\s{0,4}${value}`, 'gid')

const QUOTED = `(?<quote>${QUOTE})(?<v>(?:(?!\\k<quote>)[^\\n\\r]){4,400})\\k<quote>`
const UNQUOTED = `(?<v>[^\\s"'\`,;&<>(){}\\\\|]{4,256})`
const ASSIGN = '(?:=>|:=|=)'
const COLON = ':'

const keyed = (name: string, regex: RegExp, accept: (value: string) => boolean): SecretPattern => ({
  name,
  category: name === 'password_field' ? 'password' : 'api_key',
  severity: name === 'password_field' ? 'high' : 'critical',
  anchors: name === 'password_field' ? PASSWORD_ANCHORS : SECRET_ANCHORS,
  regex,
  accept,
})

const URL_SCHEME = '(?<![A-Za-z0-9+.-])'
const USERINFO = `[^\\s/:@"'<>\`]{0,128}:(?<v>[^\\s/@"'<>\`]{1,256})@`

/** Secrets known by the name, header or URL part beside them. Most precise first: the first claim on a span names it. */
export const FIELD_PATTERNS: readonly SecretPattern[] = [
  {
    name: 'database_url',
    category: 'credential_url',
    severity: 'critical',
    anchors: ['://'],
    accept: isReal,
    regex: new RegExp(
      `${URL_SCHEME}(?:jdbc:)?(?:postgres|postgresql|mysql|mysqlx|mariadb|mongodb|mongodb\\+srv|redis|rediss|amqp|amqps|mssql|sqlserver|clickhouse|cockroachdb)://${USERINFO}`,
      'gid',
    ),
  },
  {
    name: 'url_userinfo',
    category: 'credential_url',
    severity: 'critical',
    anchors: ['://'],
    accept: isReal,
    regex: new RegExp(`${URL_SCHEME}[A-Za-z][A-Za-z0-9+.-]{1,24}://${USERINFO}`, 'gd'),
  },
  {
    name: 'url_query_secret',
    category: 'credential_url',
    severity: 'high',
    anchors: ['?', '&', '#'],
    accept: (value) => isReal(value) && entropy(value) >= 2,
    regex:
      /[?&#](?:access_token|refresh_token|id_token|auth_token|token|api_?key|client_secret|secret|password|passwd|pwd|sig|signature|x-amz-signature|x-amz-security-token|x-goog-signature)=(?<v>[^\s&#"'<>`]{6,2000})/dgi,
  },
  {
    name: 'aws_secret_key',
    category: 'cloud_key',
    severity: 'critical',
    anchors: ['aws_secret', 'secretaccesskey', 'secret_access_key', 'aws secret', 'awssecret'],
    regex:
      /(?:aws[ _-]?secret(?:[ _-]?access)?(?:[ _-]?key)?|secret[ _-]?access[ _-]?key)[\\"'`]{0,4}\s{0,4}(?:=>|:=|[:=]|\s)\s{0,4}[\\"'`]{0,4}(?<v>[A-Za-z0-9/+]{40})(?![A-Za-z0-9/+])/dgi,
  },
  {
    name: 'bearer_token',
    category: 'header',
    severity: 'high',
    anchors: ['bearer'],
    accept: (value) => isReal(value) && /[0-9]/.test(value),
    regex: /(?<![A-Za-z0-9_])bearer[\s:]{1,4}["'`]?(?<v>[A-Za-z0-9._~+/=-]{12,4000})/dgi,
  },
  {
    name: 'basic_auth',
    category: 'header',
    severity: 'high',
    anchors: ['basic '],
    accept: decodesToUserinfo,
    regex: /(?<![A-Za-z0-9_])basic {1,3}(?<v>[A-Za-z0-9+/]{8,400}={0,2})/dgi,
  },
  {
    name: 'bearer_token',
    category: 'header',
    severity: 'high',
    anchors: ['authorization'],
    accept: isKeyLike,
    regex: /authorization["'`]?\s{0,3}[:=]\s{0,3}["'`]?(?:token |apikey |key )?(?<v>[A-Za-z0-9._~+/=-]{12,4000})/dgi,
  },
  {
    name: 'basic_auth',
    category: 'password',
    severity: 'high',
    anchors: ['curl', 'wget'],
    accept: isReal,
    regex: /(?<![\w-])(?:-u|--user|--proxy-user)[ =]{0,2}["']?[^\s:"']{1,100}:(?<v>[^\s"']{3,256})/dg,
  },
  keyed('password_field', field(PASSWORD_WORDS, `(?:=>|:=|[:=])`, QUOTED), isPassword),
  keyed('password_field', field(PASSWORD_WORDS, ASSIGN, UNQUOTED), isPassword),
  keyed('password_field', field(PASSWORD_WORDS, COLON, UNQUOTED), isPasswordInProse),
  keyed('password_field', new RegExp(`--?(?:${PASSWORD_WORDS}) {1,3}["']?${UNQUOTED}`, 'gid'), isPassword),
  keyed('api_key_generic', field(SECRET_WORDS, `(?:=>|:=|[:=])`, QUOTED), isKeyLike),
  keyed('api_key_generic', field(SECRET_WORDS, `(?:=>|:=|[:=])`, UNQUOTED), isKeyLike),
  keyed('api_key_generic', new RegExp(`--?[a-z-]{0,20}(?:${SECRET_WORDS}) {1,3}["']?${UNQUOTED}`, 'gid'), isKeyLike),
  {
    name: 'bare_userinfo',
    category: 'password',
    severity: 'critical',
    anchors: ['@'],
    accept: isBareUserinfo,
    regex: /(?<![\w.:/@-])(?<v>[\w.-]{2,64}:[^\s:@/"'<>`]{8,128})@[A-Za-z][\w-]{0,62}(?:\.[A-Za-z0-9-]{1,63}){1,8}/dg,
  },
]
