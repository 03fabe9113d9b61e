import type { HttpRule } from './http-facts.rules.ts'
import { deletes, onHost, writes } from './http-facts.rules.ts'

export const AWS = /(?:^|\.)amazonaws\.com(?:\.cn)?$/
const AWS_DESTROYS =
  /\b(?:terminateinstances|terminatedbinstance|delete(?:db(?:instance|cluster|snapshot)|bucket|table|stack|cluster|vpc|user|role|key|hostedzone|filesystem|volume|snapshot|secret|trail|loggroup|function|domain|repository|loadbalancer|distribution|organization|accesskey|backupvault|recoverypoint)|schedulekeydeletion|disablekey|stoplogging|deregisterimage|leaveorganization|closeaccount|put(?:user|role|bucket)policy|attach(?:user|role)policy|createaccesskey|updateassumerolepolicy|authorizesecuritygroupingress|modifydbinstance)\b/

/** One entry of somebody's own calendar or list, not a resource of a cloud. */
const PERSONAL =
  /^(?:www\.googleapis\.com\/calendar\/v3\/calendars\/[^/]+\/events\/[^/]+|tasks\.googleapis\.com\/tasks\/v1\/lists\/[^/]+\/tasks\/[^/]+)$/

/** Acts on machines, storage, rights and names at cloud providers. */
export const CLOUD_RULES: readonly HttpRule[] = [
  {
    code: 'http.aws_destroy',
    danger: 'catastrophic',
    message: 'The call destroys cloud resources or changes who may use them.',
    when: onHost(AWS, (f) => AWS_DESTROYS.test(`${f.query} ${f.body}`)),
  },
  {
    code: 'http.bucket_delete',
    danger: 'catastrophic',
    message: 'The call deletes stored objects of a bucket or the bucket itself.',
    when: (f) =>
      /(?:^|\.)s3[.-]|storage\.googleapis\.com|blob\.core\.windows\.net/.test(f.host) &&
      (deletes(f) || /(?:^|&)delete(?:=|&|$)/.test(f.query)),
  },
  {
    code: 'http.bucket_open',
    danger: 'high',
    message: 'The call changes who may read a bucket.',
    when: (f) =>
      /(?:^|\.)s3[.-]|storage\.googleapis\.com/.test(f.host) &&
      f.write &&
      /(?:^|&)(?:acl|policy|publicaccessblock|lifecycle)(?:=|&|$)|\/acl|\/iam/.test(`${f.query}&${f.path}`),
  },
  {
    code: 'http.cloud_delete',
    danger: 'high',
    message: 'The call deletes a resource at a cloud provider.',
    when: onHost(
      /(?:googleapis\.com|management\.azure\.com|vault\.azure\.net|graph\.microsoft\.com|api\.cloudflare\.com|api\.digitalocean\.com|api\.linode\.com|api\.vultr\.com|api\.hetzner\.cloud|api\.heroku\.com|api\.vercel\.com|api\.netlify\.com|api\.machines\.dev|api\.fly\.io|api\.render\.com|api\.supabase\.com|api\.planetscale\.com|console\.neon\.tech|cloud\.mongodb\.com|api\.upstash\.com|app\.terraform\.io|api\.fastly\.com|api\.datadoghq\.com|api\.godaddy\.com|api\.gandi\.net|api\.scaleway\.com|api\.ovh\.com)$/,
      (f) => deletes(f) && !PERSONAL.test(f.host + f.path),
    ),
  },
  {
    code: 'http.cloud_rights',
    danger: 'high',
    message: 'The call changes who may use cloud resources.',
    when: onHost(
      /googleapis\.com$|management\.azure\.com$|graph\.microsoft\.com$/,
      writes(
        /setiampolicy|roleassignments|\/keys$|serviceaccounts\/[^/]+\/keys|approleassign|addpassword|directoryroles/,
      ),
    ),
  },
  {
    code: 'http.cloud_power',
    danger: 'high',
    message: 'The call stops, resets or rebuilds machines.',
    when: onHost(
      /googleapis\.com$|management\.azure\.com$|api\.digitalocean\.com$|api\.linode\.com$|api\.hetzner\.cloud$|api\.vultr\.com$/,
      (f) =>
        f.write &&
        (/\/(?:stop|reset|poweroff|deallocate|rebuild|reimage|redeploy|delete|halt|shutdown)(?:$|\/|\?)/.test(f.path) ||
          /"type":\s*"(?:power_off|shutdown|rebuild|restore|destroy|password_reset)"/.test(f.body)),
    ),
  },
  {
    code: 'http.dns',
    danger: 'high',
    message: 'The call changes DNS records or purges a whole zone.',
    when: (f) =>
      f.write &&
      (/\/(?:dns_records|zones\/[^/]+\/purge_cache|rrset|hostedzone\/[^/]+\/rrset|managedzones)/.test(f.path)
        ? f.method !== 'POST' || /purge_everything|rrset|"deletions"|delete/.test(f.body + f.path)
        : false),
  },
]
