using Dormouse.Contracts;

namespace Dormouse.Instances.Images;

/// <summary>
/// Finds the address of a Debian mirror in the host's own settings: first apt's sources (one-line and deb822 forms), then the default
/// that Debian's own tool debootstrap carries. No address is written down in this program.
/// </summary>
internal static class DebianMirror
{
    private const string MirrorListScheme = "mirror+file:";

    /// <param name="hostRoot">The host's root folder; tests hand in another.</param>
    public static string? FindInAptSources(string hostRoot = "/")
    {
        string folder = Path.Combine(hostRoot, "etc/apt");
        var files = new List<string> { Path.Combine(folder, "sources.list") };
        string parts = Path.Combine(folder, "sources.list.d");
        if (Directory.Exists(parts))
        {
            files.AddRange(Directory.EnumerateFiles(parts).Order(StringComparer.Ordinal));
        }
        return files
            .Where(File.Exists)
            .SelectMany(file => Entries(file, File.ReadAllText(file)))
            .Where(IsDebianArchive)
            .SelectMany(entry => entry.Addresses)
            .SelectMany(address => Expand(hostRoot, address))
            .FirstOrDefault(EndsInDebian);
    }

    /// <param name="root">The host's root folder, or one that the package debootstrap was unpacked into.</param>
    public static string? FindInDebootstrap(string root)
    {
        string script = Path.Combine(root, "usr/sbin/debootstrap");
        const string setting = "DEF_MIRROR=";
        return File.Exists(script)
            ? File.ReadLines(script)
                .Where(line => line.StartsWith(setting, StringComparison.Ordinal))
                .Select(line => line[setting.Length..].Trim('"', '\'', ' '))
                .FirstOrDefault()
            : null;
    }

    public static DormouseException NotFound() =>
        new(
            FailureKind.Host,
            "DM3002",
            "No Debian mirror is known: neither apt's sources on this host nor the package debootstrap name one. "
                + "Name one with the option for the mirror."
        );

    private static IEnumerable<Entry> Entries(string file, string text) =>
        Path.GetExtension(file) switch
        {
            ".sources" => Stanzas(text),
            ".list" => text.Split('\n').Select(OneLine).OfType<Entry>(),
            _ => [],
        };

    private static Entry? OneLine(string line)
    {
        string text = line.Split('#')[0].Trim();
        int optionsEnd = text.Contains('[', StringComparison.Ordinal) ? text.IndexOf(']', StringComparison.Ordinal) : -1;
        string[] head = text.Split((char[]?)null, 2, StringSplitOptions.RemoveEmptyEntries);
        if (head.Length < 2 || head[0] != "deb")
        {
            return null;
        }
        string[] words = (optionsEnd >= 0 ? text[(optionsEnd + 1)..] : head[1]).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        return words.Length < 3 ? null : new Entry([words[0]], [words[1]], words[2..]);
    }

    private static IEnumerable<Entry> Stanzas(string text)
    {
        foreach (string stanza in text.Replace("\r", "", StringComparison.Ordinal).Split("\n\n", StringSplitOptions.RemoveEmptyEntries))
        {
            var fields = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
            string? last = null;
            foreach (string line in stanza.Split('\n').Where(line => line.Length > 0 && line[0] != '#'))
            {
                if (char.IsWhiteSpace(line[0]) && last is not null)
                {
                    fields[last] += " " + line.Trim();
                }
                else if (line.Split(':', 2) is [var name, var value])
                {
                    last = name.Trim();
                    fields[last] = value.Trim();
                }
            }
            if (
                Words("Types").Contains("deb")
                && !fields.GetValueOrDefault("Enabled", "yes").Equals("no", StringComparison.OrdinalIgnoreCase)
            )
            {
                yield return new Entry(Words("URIs"), Words("Suites"), Words("Components"));
            }

            string[] Words(string field) => fields.GetValueOrDefault(field, "").Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        }
    }

    // Other vendors serve Debian hosts too, under "stable" or "main" of their own; the archive itself has component main, suites that
    // are no security ones, and a path that ends in /debian.
    private static bool IsDebianArchive(Entry entry) =>
        entry.Components.Contains("main") && entry.Suites.Any(suite => !suite.Contains("security", StringComparison.Ordinal));

    // Cloud images of Debian name a file with a list of mirrors.
    private static IEnumerable<string> Expand(string hostRoot, string address)
    {
        if (!address.StartsWith(MirrorListScheme, StringComparison.Ordinal))
        {
            return [address];
        }
        string list = Path.Combine(hostRoot, address[MirrorListScheme.Length..].TrimStart('/'));
        return File.Exists(list)
            ? File.ReadLines(list).Select(line => line.Split('\t', ' ')[0].Trim()).Where(line => line.Length > 0 && line[0] != '#')
            : [];
    }

    private static bool EndsInDebian(string address) =>
        (
            address.StartsWith("http://", StringComparison.OrdinalIgnoreCase)
            || address.StartsWith("https://", StringComparison.OrdinalIgnoreCase)
        ) && address.TrimEnd('/').EndsWith("/debian", StringComparison.Ordinal);

    private sealed record Entry(string[] Addresses, string[] Suites, string[] Components);
}
