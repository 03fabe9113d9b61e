import { InvalidArgumentError } from 'commander'

export type Headers = Readonly<Record<string, string>>

/** Reads `Name: value`, any number of times; `${NAME}` in the value is a variable of the environment. */
export function header(text: string, before: Headers = {}, env: NodeJS.ProcessEnv = process.env): Headers {
  const [, name, value] = /^([!#$%&'*+\-.^_`|~0-9A-Za-z]+):\s*(\S.*)$/.exec(text) ?? []
  if (name === undefined || value === undefined) throw new InvalidArgumentError("Give it as 'Name: value'.")
  const filled = value.replaceAll(/\$\{(\w+)\}/g, (_, variable: string) => {
    const found = env[variable]
    if (found === undefined) throw new InvalidArgumentError(`The environment has no ${variable}.`)
    return found
  })
  if (!/^[\x20-\x7e\t]*$/.test(filled)) throw new InvalidArgumentError('A header holds ASCII characters only.')
  return { ...before, [name.toLowerCase()]: filled }
}
