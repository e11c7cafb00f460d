using Dormouse.Testing;

namespace Dormouse.EndToEnd.Differential;

/// <summary>
/// What Dormouse does not yet give as Prisma's engine gives it, one thing a line in a file of the repository, which only shrinks: what
/// passes must be taken off. <c>DORMOUSE_WRITE_PENDING=1</c> writes it anew.
/// </summary>
internal sealed class Pending
{
    private readonly string path;
    private readonly string[] lines;

    private Pending(string path, string[] lines)
    {
        this.path = path;
        this.lines = lines;
    }

    /// <summary>The list in a file below this project. Between the peer and itself nothing is pending.</summary>
    public static Pending Of(params string[] file)
    {
        string path = Path.Combine([Checkout.Root, "test", "Dormouse.EndToEnd", .. file]);
        return new Pending(path, Sides.PeerAlone || !File.Exists(path) ? [] : File.ReadAllLines(path));
    }

    /// <summary>The things whose lines begin so, without that beginning.</summary>
    public HashSet<string> Under(string prefix) =>
        [.. lines.Where(line => line.StartsWith(prefix, StringComparison.Ordinal)).Select(line => line[prefix.Length..])];

    /// <summary>What is wrong with the things that differ in one run: those not in the list, and those in it that pass.</summary>
    public async Task<IReadOnlyList<string>> JudgeAsync(
        string prefix,
        IReadOnlyCollection<string> differing,
        CancellationToken cancellationToken
    )
    {
        if (Environment.GetEnvironmentVariable("DORMOUSE_WRITE_PENDING") == "1" && !Sides.PeerAlone)
        {
            IEnumerable<string> others = lines.Where(line => !line.StartsWith(prefix, StringComparison.Ordinal));
            string[] all = [.. others, .. differing.Select(name => prefix + name)];
            await File.WriteAllLinesAsync(path, all.Order(StringComparer.Ordinal), cancellationToken);
            return [];
        }
        HashSet<string> pending = Under(prefix);
        return
        [
            .. differing.Except(pending).Select(name => $"{name} differs (above)"),
            .. pending.Except(differing).Select(name => $"{name} passes: take it off {Path.GetFileName(path)}"),
        ];
    }
}
