using Dormouse.Commands;
using Dormouse.Data;
using Dormouse.Instances.Host;

namespace Dormouse.Roles;

/// <summary>
/// What the host offers, in lines for a person. What is missing is installed by name where that is allowed; what stands in the way is told
/// at once, since the start may fail on it.
/// </summary>
internal static class HostLines
{
    public static async Task<IReadOnlyList<string>> ReadAsync(DataFolder folder, Terminal terminal, CancellationToken cancellationToken)
    {
        await HostSetup.EnsureAsync(terminal.Progress, cancellationToken);
        return (await InspectAsync(folder, terminal, cancellationToken)).Lines;
    }

    /// <summary>As <see cref="ReadAsync"/>, and changes nothing.</summary>
    public static async Task<(IReadOnlyList<string> Lines, bool HasProblems)> InspectAsync(
        DataFolder folder,
        Terminal terminal,
        CancellationToken cancellationToken
    )
    {
        HostReport report = await HostReport.InspectAsync(folder.Path, cancellationToken);
        foreach (HostCheck problem in report.Checks.Where(check => check.Verdict == HostVerdict.Problem))
        {
            terminal.Fail("DM1007", problem.ToString());
        }
        return ([.. report.Checks.Select(Line)], report.HasProblems);
    }

    private static string Line(HostCheck check) =>
        check.Verdict switch
        {
            HostVerdict.Problem => $"problem  {check}",
            HostVerdict.Note => $"note     {check}",
            _ => $"ok       {check}",
        };
}
