import Foundation

/// A systemd unit that runs a watch.
struct SystemdUnit {
  let command: WatchCommand

  /// The unit's text: notified when ready, watched, started again when it ends, and shut in as far as it needs nothing else.
  var text: String {
    let inbox = Self.absolute(command.inbox)
    let output = Self.absolute(command.options.output)
    var words = [
      Self.program, "watch", inbox, "--recipe", Self.absolute(command.options.recipe), "--output",
      output, "--poll", "\(command.poll)", "--workers", "\(command.workers)", "--log",
      command.log.rawValue, "--least-free", "\(command.leastFree)", "--greatest-file",
      "\(command.greatestFile)", "--grace", "\(command.grace)",
    ]
    if let recipes = command.recipes { words += ["--recipes", Self.absolute(recipes)] }
    for priority in command.priority { words += ["--priority", priority] }
    if let port = command.metricsPort { words += ["--metrics-port", "\(port)"] }
    let line = words.map(Self.quoted).joined(separator: " ")
    return """
      [Unit]
      Description=GoldenDie, inspection of the scans that arrive in \(inbox.replacing("%", with: "%%"))
      After=local-fs.target remote-fs.target
      RequiresMountsFor=\(Self.quoted(inbox)) \(Self.quoted(output))

      [Service]
      Type=notify
      NotifyAccess=main
      ExecStart=\(line)
      WatchdogSec=120
      Restart=on-failure
      RestartSec=5
      # Scans at hand are finished or given back; what a kill cuts off is taken up at the next start.
      TimeoutStopSec=\(command.grace + 60)
      UMask=0027
      NoNewPrivileges=yes
      PrivateTmp=yes
      PrivateDevices=yes
      ProtectSystem=strict
      ProtectHome=read-only
      ProtectKernelTunables=yes
      ProtectKernelModules=yes
      ProtectControlGroups=yes
      RestrictAddressFamilies=AF_UNIX AF_INET
      IPAddressDeny=any
      IPAddressAllow=localhost
      RestrictSUIDSGID=yes
      LockPersonality=yes
      ReadWritePaths=\(Self.quoted(inbox)) \(Self.quoted(output))

      [Install]
      WantedBy=multi-user.target

      """
  }

  private static var program: String {
    (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe"))
      ?? absolute(CommandLine.arguments[0])
  }

  private static func absolute(_ path: String) -> String {
    URL(filePath: path).standardizedFileURL.absoluteURL.path
  }

  /// A word as systemd reads it back: between quotes where need be, `%` and `$` doubled.
  private static func quoted(_ word: String) -> String {
    let text = word.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
      .replacing("%", with: "%%").replacing("$", with: "$$")
    return text.contains(where: { $0.isWhitespace || $0 == "'" || $0 == ";" || $0 == "\"" })
      ? "\"\(text)\"" : text
  }
}
