using Dormouse.EndToEnd.Differential;
using Dormouse.Testing;

namespace Dormouse.EndToEnd.Conformance;

/// <summary>
/// The operations on which Dormouse does not yet give what Prisma's engine gives, one a line in <c>pending.txt</c>. The list only
/// shrinks: one that passes must be taken off it. <c>DORMOUSE_WRITE_PENDING=1</c> writes it anew.
/// </summary>
internal static class PendingOperations
{
    private static readonly string ListPath = Path.Combine(Checkout.Root, "test", "Dormouse.EndToEnd", "Conformance", "pending.txt");

    /// <summary>What is wrong with the operations that differ in one run.</summary>
    /// <param name="run">Client and form; the beginning of the run's lines.</param>
    /// <param name="differing">The names of the operations that differ.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task<IReadOnlyList<string>> JudgeAsync(
        string run,
        IReadOnlyList<string> differing,
        CancellationToken cancellationToken
    )
    {
        string[] lines = Sides.PeerAlone || !File.Exists(ListPath) ? [] : await File.ReadAllLinesAsync(ListPath, cancellationToken);
        string prefix = run + " ";
        if (Environment.GetEnvironmentVariable("DORMOUSE_WRITE_PENDING") == "1")
        {
            IEnumerable<string> others = lines.Where(line => !line.StartsWith(prefix, StringComparison.Ordinal));
            string[] all = [.. others, .. differing.Select(name => prefix + name)];
            await File.WriteAllLinesAsync(ListPath, all.Order(StringComparer.Ordinal), cancellationToken);
            return [];
        }
        HashSet<string> pending =
        [
            .. lines.Where(line => line.StartsWith(prefix, StringComparison.Ordinal)).Select(line => line[prefix.Length..]),
        ];
        return
        [
            .. differing.Except(pending).Select(name => $"{name} differs (above)"),
            .. pending.Except(differing).Select(name => $"{name} passes: take it off pending.txt"),
        ];
    }
}
