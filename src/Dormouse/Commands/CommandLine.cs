using System.CommandLine;
using Dormouse.Contracts;

namespace Dormouse.Commands;

/// <summary>The whole command line. Exit status: 0 done, 1 failed, 2 wrong usage.</summary>
internal static class CommandLine
{
    public const int Failed = 1;
    public const int WrongUsage = 2;

    // The library names a type of .NET where the value of an option cannot be read: that says nothing to whoever typed it.
    private const string TypeNamed = " as expected type '";

    public static async Task<int> RunAsync(string[] args, Terminal terminal)
    {
        ParseResult parsed = Build(terminal).Parse(args);
        if (parsed.Errors.Count > 0)
        {
            foreach (string message in parsed.Errors.Select(error => InWords(error.Message)).Distinct())
            {
                terminal.Fail("DM1001", message);
            }
            terminal.Error.WriteLine($"'{Path(parsed.CommandResult.Command)} --help' tells how it is used.");
            return WrongUsage;
        }
        var configuration = new InvocationConfiguration
        {
            Output = terminal.Output,
            Error = terminal.Error,
            EnableDefaultExceptionHandler = false,
            // `up` stops in stages of its own; no other command leaves anything behind when it is cut short.
            ProcessTerminationTimeout = null,
        };
        try
        {
            return await parsed.InvokeAsync(configuration, CancellationToken.None);
        }
        catch (DormouseException exception)
        {
            terminal.Fail(exception.Code, exception.Message);
            return Failed;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            terminal.Fail("DM1002", exception.Message);
            return Failed;
        }
    }

    private static string InWords(string message)
    {
        int type = message.IndexOf(TypeNamed, StringComparison.Ordinal);
        return type < 0 ? message : $"{message[..type]}: it is not the kind of value that is taken there.";
    }

    private static RootCommand Build(Terminal terminal)
    {
        var common = new CommonOptions(terminal);
        var root = new RootCommand("Self-hosted serverless PostgreSQL: databases that sleep when nobody uses them.")
        {
            UpCommand.Create(common),
            DownCommand.Create(common),
            StatusCommand.Create(common),
            new Command("db", "Databases.")
            {
                DbCreateCommand.Create(common),
                DbAttachCommand.Create(common),
                DbDetachCommand.Create(common),
                DbListCommand.Create(common),
                DbShowCommand.Create(common),
                DbResizeCommand.Create(common),
                DbDeleteCommand.Create(common),
                DbSleepCommand.Create(common),
                DbWakeCommand.Create(common),
                DbBackupCommand.Create(common),
                DbRestoreCommand.Create(common),
                DbCloneCommand.Create(common),
                DbExportCommand.Create(common),
                DbImportCommand.Create(common),
                DbExecuteCommand.Create(common),
                DbPushCommand.Create(common),
                DbExtensionCommand.Create(common),
                DbUpgradeCommand.Create(common),
            },
            new Command("connection", "Connections: named API keys of a database.")
            {
                ConnectionCreateCommand.Create(common),
                ConnectionListCommand.Create(common),
                ConnectionRotateCommand.Create(common),
                ConnectionDeleteCommand.Create(common),
            },
            new Command("cache", "The query cache.") { CacheStatsCommand.Create(common), CacheInvalidateCommand.Create(common) },
            new Command("edge", "Edges of their own, near the apps.")
            {
                EdgeAddCommand.Create(common),
                EdgeListCommand.Create(common),
                EdgeRemoveCommand.Create(common),
            },
            new Command("service", "The platform as a service of this machine's systemd.")
            {
                ServiceInstallCommand.Create(common),
                ServiceUninstallCommand.Create(common),
            },
            new Command("config", "The platform's set-up.") { ConfigCheckCommand.Create(common) },
            new Command("image", "PostgreSQL images.")
            {
                ImageListCommand.Create(common),
                ImagePullCommand.Create(common),
                ImagePruneCommand.Create(common),
            },
        };
        root.Options.Add(common.Data);
        root.Options.Add(common.Json);
        return root;
    }

    private static string Path(Command command)
    {
        var words = new List<string>();
        for (Symbol? symbol = command; symbol is Command; symbol = symbol.Parents.FirstOrDefault())
        {
            words.Insert(0, symbol is RootCommand ? "./dormouse" : symbol.Name);
        }
        return string.Join(' ', words);
    }
}
