import ipaddr from 'ipaddr.js'

export type HostKind = 'metadata' | 'loopback' | 'private' | 'public'

const METADATA_NAMES = new Set([
  'metadata.google.internal',
  'metadata',
  'metadata.goog',
  'instance-data',
  'instance-data.ec2.internal',
  'metadata.azure.internal',
  'metadata.platformequinix.com',
])
const METADATA_ADDRESSES = new Set([
  '169.254.169.254',
  '169.254.170.2',
  '169.254.170.23',
  '100.100.100.200',
  '192.0.0.192',
  'fd00:ec2::254',
  'fd20:ce::254',
  '168.63.129.16',
])
const WILDCARD_DNS = /^(?:.*[.-])?(\d{1,3})[.-](\d{1,3})[.-](\d{1,3})[.-](\d{1,3})\.(?:nip\.io|sslip\.io|xip\.io)$/

function addressOf(host: string): string | null {
  const bare = host.replace(/^\[|\]$/g, '')
  const wild = WILDCARD_DNS.exec(bare)
  if (wild) return wild.slice(1, 5).join('.')
  return ipaddr.isValid(bare) ? ipaddr.process(bare).toString() : null
}

/** Where a host lies, by its name or literal address alone: nothing is resolved here. */
export function hostKind(host: string): HostKind {
  const name = host.toLowerCase().replace(/\.$/, '')
  if (METADATA_NAMES.has(name)) return 'metadata'
  if (name === 'localhost' || name.endsWith('.localhost')) return 'loopback'
  const address = addressOf(name)
  if (address === null)
    return /\.(?:internal|local|lan|intranet|corp|home\.arpa|svc|cluster\.local)$/.test(name) || !name.includes('.')
      ? 'private'
      : 'public'
  if (METADATA_ADDRESSES.has(address)) return 'metadata'
  const range = ipaddr.parse(address).range()
  if (range === 'loopback' || range === 'unspecified') return 'loopback'
  return range === 'unicast' ? 'public' : 'private'
}

/** Takes what is posted to it and shows it to whoever holds the link. */
export const DROP_HOSTS =
  /(?:^|\.)(?:webhook\.site|requestbin\.(?:com|net)|pipedream\.net|requestcatcher\.com|beeceptor\.com|hookbin\.com|transfer\.sh|file\.io|0x0\.st|paste\.ee|pastebin\.com|hastebin\.com|dpaste\.(?:org|com)|termbin\.com|ix\.io|sprunge\.us|rentry\.co|ghostbin\.com|oshi\.at|bashupload\.com|temp\.sh|gofile\.io|anonfiles\.com|catbox\.moe|oast\.(?:pro|live|site|online|fun|me)|interact\.sh|interactsh\.com|burpcollaborator\.net|dnslog\.cn|canarytokens\.com|ngrok(?:-free)?\.(?:io|app|dev)|trycloudflare\.com|loca\.lt|serveo\.net|localhost\.run|bore\.pub)$/
export const PAYMENT_HOSTS =
  /(?:^|\.)(?:api\.stripe\.com|api(?:-m)?\.(?:sandbox\.)?paypal\.com|connect\.squareup\.com|[\w-]+\.adyen\.com|api\.adyen\.com|api\.braintreegateway\.com|api\.wise\.com|api\.transferwise\.com|api\.coinbase\.com|api\.binance\.com|api\.kraken\.com|api\.mollie\.com|api\.razorpay\.com|api\.plaid\.com|production\.plaid\.com|api\.checkout\.com|api\.mercury\.com|api\.brex\.com|api\.gocardless\.com)$/
export const CLOUD_HOSTS =
  /(?:^|\.)(?:amazonaws\.com|amazonaws\.com\.cn|googleapis\.com|management\.azure\.com|graph\.microsoft\.com|vault\.azure\.net|core\.windows\.net|api\.cloudflare\.com|api\.digitalocean\.com|api\.linode\.com|api\.vultr\.com|api\.hetzner\.cloud|api\.heroku\.com|api\.vercel\.com|api\.netlify\.com|api\.machines\.dev|api\.fly\.io|api\.render\.com|backboard\.railway\.(?:app|com)|api\.supabase\.com|api\.planetscale\.com|console\.neon\.tech|cloud\.mongodb\.com|api\.upstash\.com|app\.terraform\.io|api\.fastly\.com|api\.ovh\.com|api\.scaleway\.com|api\.pagerduty\.com|api\.datadoghq\.com|api\.gandi\.net|api\.godaddy\.com|api\.namecheap\.com)$/
export const REGISTRY_HOSTS =
  /(?:^|\.)(?:registry\.npmjs\.org|npm\.pkg\.github\.com|upload\.pypi\.org|test\.pypi\.org|crates\.io|rubygems\.org|hub\.docker\.com|index\.docker\.io|registry-1\.docker\.io|ghcr\.io|quay\.io|push\.fury\.io|nuget\.org|packagist\.org|api\.anaconda\.org|marketplace\.visualstudio\.com|open-vsx\.org)$/
export const CODE_HOSTS =
  /(?:^|\.)(?:api\.github\.com|github\.com|gitlab\.com|api\.bitbucket\.org|bitbucket\.org|dev\.azure\.com|codeberg\.org)$|(?:^|\.)(?:git|gitlab|gitea|github)\./
export const MESSAGE_HOSTS =
  /(?:^|\.)(?:slack\.com|hooks\.slack\.com|discord(?:app)?\.com|api\.telegram\.org|api\.twilio\.com|api\.sendgrid\.com|api\.mailgun\.net|api\.postmarkapp\.com|api\.resend\.com|api\.mailchimp\.com|api\.x\.com|api\.twitter\.com|graph\.facebook\.com|api\.linkedin\.com|gmail\.googleapis\.com|webhook\.office\.com|onesignal\.com)$/
