using System.CommandLine;
using System.Globalization;
using Dormouse.Client;
using Dormouse.Contracts.Management;

namespace Dormouse.Commands;

/// <summary><c>db show ID</c></summary>
internal static class DbShowCommand
{
    public static Command Create(CommonOptions common)
    {
        Argument<string> database = DatabaseArgument.Create();
        var command = new Command("show", "Show one database and its instance or server.") { database };
        command.SetAction(
            async (parsed, cancellationToken) =>
            {
                using ManagementClient client = common.Client(parsed);
                DatabaseResource found = await client.GetDatabaseAsync(parsed.GetValue(database)!, cancellationToken);
                Print(common, parsed, found);
                return 0;
            }
        );
        return command;
    }

    public static void Print(CommonOptions common, ParseResult parsed, DatabaseResource database) =>
        common.Print(
            parsed,
            database,
            ManagementJson.Default.DatabaseResource,
            output =>
            {
                Line(output, "id", database.Id);
                Line(output, "name", database.Name);
                Line(output, "state", database.State);
                Line(output, "since", TextTable.Time(database.Since));
                Line(output, "created", TextTable.Time(database.CreatedAt));
                Line(output, "pid", database.Pid?.ToString(CultureInfo.InvariantCulture));
                Line(output, "generation", database.Generation?.ToString(CultureInfo.InvariantCulture));
                Line(output, "leases", database.Leases?.ToString(CultureInfo.InvariantCulture));
                Line(output, "postgresql", database.Postgres);
                Line(output, "class", database.Class is { } size ? Text(size) : null);
                Line(
                    output,
                    "kept from",
                    database.PreviousPostgres is { } version ? $"{version}, until 'db upgrade --confirm' or '--back'" : null
                );
                Line(output, "image", database.Image);
                Line(output, "disk", database.Disk is { } disk ? Text(disk) : null);
                Line(output, "last failure", database.LastFailure);
                foreach (StateChange change in database.History ?? [])
                {
                    Line(output, "history", $"{TextTable.Time(change.At)}  {change.Class ?? change.State, -9}  {change.Reason}");
                }
                PrintServer(output, database.Server);
            }
        );

    // medium, from small to large; connections and buffers of small until its next cold start
    private static string Text(DatabaseClass size) =>
        size.Now
        + (size.Least == size.Most ? "" : $", from {size.Least} to {size.Most}")
        + (size.Started == size.Now ? "" : $"; connections and buffers of {size.Started} until its next cold start");

    private static string Text(DatabaseDisk disk) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"{Mebibytes(disk.Bytes):0.0} of {Mebibytes(disk.LimitBytes):0} MiB, log {Mebibytes(disk.LogBytes):0.0} MiB"
        ) + (disk.MayGrow ? "" : $"; may not grow, allowed: {disk.Allows}");

    private static double Mebibytes(long bytes) => bytes / (double)(1 << 20);

    private static void PrintServer(TextWriter output, ServerResource? server)
    {
        if (server is not null)
        {
            Line(output, "server", $"{server.Host}:{server.Port}");
            Line(output, "database", server.Database);
            Line(output, "user", server.User);
            Line(output, "tls", server.OwnAuthorities ? $"{server.Tls}, own authorities" : server.Tls);
            Line(output, "connections", server.Connections.ToString(CultureInfo.InvariantCulture));
            Line(output, "postgresql", server.Version);
            Line(output, "attached", TextTable.Time(server.AttachedAt));
        }
    }

    private static void Line(TextWriter output, string label, string? value)
    {
        if (!string.IsNullOrEmpty(value))
        {
            output.WriteLine($"{label, -13} {value}");
        }
    }
}
