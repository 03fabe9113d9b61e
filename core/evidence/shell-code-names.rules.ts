/** Calls of scripting languages by what they do; each pattern meets the last part of a dotted name, or the whole. */
export const EXEC =
  /^(?:system|popen\d?|Popen|check_call|check_output|getoutput|getstatusoutput|execSync|execFile(?:Sync)?|spawn(?:Sync|l|v|lp|vp)?|shell_exec|passthru|proc_open|pcntl_exec|exec(?:v|vp|ve|vpe|l|lp|le|lpe)|posix_spawnp?|capture2e?|capture3|pipeline|script|\$)$/
export const EXEC_OF = /(?:subprocess|child_process|\bcp|\bsp|Bun|Deno|Open3|pty|commands|os|require|asyncio)\b/
export const EXEC_SHORT = /^(?:run|call|exec|spawn|Command|create_subprocess_shell|create_subprocess_exec)$/
export const REMOVE_TREE =
  /^(?:rmtree|rm_rf|rm_r|remove_tree|remove_dir|remove_entry_secure|rimraf|emptyDirSync|emptyDir|removeSync|deltree|remove_entry|delete_recursive)$/
export const REMOVE = /^(?:unlink(?:Sync)?|rmdir(?:Sync)?|rm(?:Sync)?|remove|removedirs|delete)$/
export const REMOVE_OF =
  /^(?:os|fs|fsp|fsPromises|promises|File|FileUtils|Dir|shutil|Deno|pathlib|Path|require|unlink|rmdir|rmSync|unlinkSync|rmdirSync|)$/
export const FETCH =
  /^(?:urlopen|urlretrieve|fetch|file_get_contents|curl_exec|get|getstore|read_uri|open|request|httpGet|DownloadString|LWP)$/
export const SEND =
  /^(?:post|put|patch|send|sendall|sendto|request|urlopen|connect|fetch|fsockopen|post_form|curl_exec|create_connection)$/
export const RUNS_CODE =
  /^(?:eval|exec|Function|compile|instance_eval|class_eval|runInThisContext|runInNewContext|loadstring|loads?|assert|create_function)$/
export const DECODE =
  /^(?:b64decode|a85decode|b85decode|base64_decode|decode_base64|atob|decode64|unhexlify|fromhex|decompress|gzinflate|rot13|unpack|pack|hex2bin|str_rot13)$|^(?:Buffer\.from|codecs\.decode|base64\.decode\w*|Base64\.\w*decode\w*)$/
export const WRITE =
  /^(?:open|writeFile(?:Sync)?|appendFile(?:Sync)?|write_text|write_bytes|file_put_contents|write|createWriteStream)$/
export const QUERY =
  /^(?:execute|executescript|executemany|query|raw|\$executeRaw|\$executeRawUnsafe|\$queryRawUnsafe|exec_query|runSql)$/
export const HIDDEN = /^(?:getattr|__getattribute__|attrgetter|methodcaller|public_send|const_get)$/
export const CLOUD_DELETE =
  /^(?:delete|terminate|destroy|drop)_?(?:bucket|table|db|database|cluster|instance|stack|collection|topic|queue|namespace|project|volume|snapshot|secret|repository|index|keyspace|file_system)(?:s|_[a-z_]+)?$/i
