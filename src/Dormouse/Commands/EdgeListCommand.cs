using System.CommandLine;
using System.Globalization;
using Dormouse.Client;
using Dormouse.Contracts.Management;

namespace Dormouse.Commands;

/// <summary><c>edge list</c></summary>
internal static class EdgeListCommand
{
    public static Command Create(CommonOptions common)
    {
        var command = new Command("list", "List the edges that may follow this platform, and whether they do.");
        command.SetAction(
            async (parsed, cancellationToken) =>
            {
                using ManagementClient client = common.Client(parsed);
                IReadOnlyList<EdgeResource> all = await client.ListEdgesAsync(cancellationToken);
                common.Print(
                    parsed,
                    all,
                    ManagementJson.Default.IReadOnlyListEdgeResource,
                    output => TextTable.Write(output, ["ID", "NAME", "TOKEN", "ADDED", "FOLLOWING"], all.Select(Row))
                );
                return 0;
            }
        );
        return command;
    }

    private static string[] Row(EdgeResource edge) =>
        [edge.Id, edge.Name, edge.Hint + "…", TextTable.Time(edge.CreatedAt), edge.Leases.ToString(CultureInfo.InvariantCulture)];
}
