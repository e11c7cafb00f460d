using System.Globalization;
using System.Text;

namespace Dormouse.Service;

/// <summary>
/// The text of a systemd unit that runs a platform and keeps what the platform promises: when it is stopped, restarted or upgraded, or
/// dies, its instances stay as they are, and only the end of the machine stops them.
/// </summary>
internal static class SystemdUnit
{
    /// <summary>The first line, by which a unit is known to be ours.</summary>
    public const string Mark = "# Written by 'dormouse service install'.";

    /// <param name="program">The words that start this program, full paths.</param>
    /// <param name="up">What follows them to start the platform, from <c>up</c> on.</param>
    /// <param name="dataPath">The platform's data folder.</param>
    public static string Text(IReadOnlyList<string> program, IReadOnlyList<string> up, string dataPath) =>
        $"""
            {Mark} Run that again to change it; what it has no option for goes into 'systemctl edit'.
            [Unit]
            Description=Dormouse, serverless PostgreSQL ({Escaped(dataPath)})
            Wants=network-online.target
            After=network-online.target
            # It is tried again for ever: what made it fail may pass.
            StartLimitIntervalSec=0

            [Service]
            # Started is what answers queries. The first start may fetch packages and make an image of PostgreSQL.
            Type=notify
            ExecStart={Line([.. program, .. up])}
            TimeoutStartSec=30min
            # What it prints for a person at its start may hold a new key; its log goes to the journal.
            StandardOutput=null
            Restart=on-failure
            RestartSec=2
            RestartPreventExitStatus=2

            # Only the platform itself is ended: instances go on, and the next start adopts them with their sessions. At the end of the
            # machine they are stopped cleanly, so that none has to recover at the next start.
            KillMode=process
            ExecStop=/bin/sh -c 'test "$$(systemctl is-system-running)" != stopping || exec "$$@"' sh {Line([
                .. program,
                "down",
                "--data",
                dataPath,
            ])}
            TimeoutStopSec=5min

            # Its control groups are its own, an instance that runs out of memory is no failure of the platform, and some thousand
            # instances have many processes and sockets.
            Delegate=yes
            OOMPolicy=continue
            OOMScoreAdjust=-500
            TasksMax=infinity
            LimitNOFILE=1048576

            [Install]
            WantedBy=multi-user.target

            """;

    // Always in quotes: inside of them nothing but these characters means anything.
    private static string Line(IEnumerable<string> words) => string.Join(' ', words.Select(word => $"\"{Escaped(word)}\""));

    private static string Escaped(string word)
    {
        StringBuilder escaped = new();
        foreach (char letter in word)
        {
            escaped.Append(
                letter switch
                {
                    '\\' => @"\\",
                    '"' => "\\\"",
                    '%' => "%%",
                    '$' => "$$",
                    < ' ' or '\x7f' => string.Create(CultureInfo.InvariantCulture, $"\\x{(int)letter:x2}"),
                    _ => letter,
                }
            );
        }
        return escaped.ToString();
    }
}
