namespace Dormouse.Instances.Host;

/// <summary>
/// Ubuntu (from 23.10 on) keeps user namespaces from programs that no profile of AppArmor allows them to, root's too once they have given up root, and
/// its bubblewrap comes without such a profile. This one allows it namespaces and keeps nothing else from it, as on hosts without that rule.
/// </summary>
internal static class AppArmorProfile
{
    /// <summary>Where the host's own service loads it from at each boot.</summary>
    public const string Path = "/etc/apparmor.d/dormouse-bwrap";

    private const string Folder = "/etc/apparmor.d";
    private const string Rule = "/proc/sys/kernel/apparmor_restrict_unprivileged_userns";

    /// <summary>Whether the rule is in force here.</summary>
    public static bool IsRuleInForce => Lines(Rule) is [not "0", ..];

    /// <summary>Whether ours was written.</summary>
    public static bool IsThere => File.Exists(Path);

    /// <summary>Whether somebody else's is for the same program: ours would be in its way, and it is its owner's to change.</summary>
    public static bool HasOther(string bubblewrap, string folder = Folder) =>
        Directory.Exists(folder)
        && Directory.EnumerateFiles(folder).Any(file => file != Path && Lines(file).Any(line => IsAttachedTo(line, bubblewrap)));

    /// <summary>Writes it and has the kernel take it.</summary>
    /// <param name="bubblewrap">The program's path.</param>
    /// <param name="parser">AppArmor's own program.</param>
    /// <param name="privilege">The words that make a command run as root.</param>
    /// <param name="cancellationToken">Ends the programs that do it.</param>
    /// <returns>What the host said against it; null: it holds.</returns>
    public static async Task<string?> LoadAsync(
        string bubblewrap,
        string parser,
        string[] privilege,
        CancellationToken cancellationToken
    ) =>
        await RunAsync([.. privilege, "tee", Path], Text(bubblewrap), cancellationToken)
        ?? await RunAsync([.. privilege, parser, "--replace", Path], "", cancellationToken);

    internal static string Text(string bubblewrap) =>
        $$"""
            # Made by Dormouse, so that bubblewrap can make the namespaces of its sandboxes. To be rid of it:
            # apparmor_parser --remove {{Path}} && rm {{Path}}
            abi <abi/4.0>,
            include <tunables/global>

            profile dormouse-bwrap {{bubblewrap}} flags=(unconfined) {
              userns,

              include if exists <local/dormouse-bwrap>
            }

            """;

    private static bool IsAttachedTo(string line, string bubblewrap) =>
        line.StartsWith("profile ", StringComparison.Ordinal) && line.Split(' ').Contains(bubblewrap)
        || line.StartsWith(bubblewrap + " ", StringComparison.Ordinal);

    // A kernel without the rule has no such file; a profile that this user may not read is none that we know of.
    private static string[] Lines(string file)
    {
        try
        {
            return File.ReadAllLines(file);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    private static async Task<string?> RunAsync(string[] words, string input, CancellationToken cancellationToken)
    {
        HostCommandResult result = await new HostCommand(words[0], words[1..]) { Input = input }.RunAsync(cancellationToken);
        return result.Succeeded ? null : result.LastWords;
    }
}
