using System.Text;
using Dormouse.Contracts;
using Dormouse.Postgres;

namespace Dormouse.Control.Databases;

/// <summary>Runs SQL scripts in a database as the tenant's role: how tables are made where no other way in is open.</summary>
public sealed class ScriptRunner
{
    private readonly ControlOptions options;
    private readonly IInstanceHost host;

    internal ScriptRunner(ControlOptions options, IInstanceHost host)
    {
        this.options = options;
        this.host = host;
    }

    /// <summary>Runs a script, in one transaction unless it says otherwise. Returns the name of its last command.</summary>
    /// <exception cref="DormouseException"><see cref="FailureKind.Postgres"/>: a statement failed; the message says where.</exception>
    public async Task<string> RunAsync(DatabaseId id, string? script, CancellationToken cancellationToken)
    {
        if (string.IsNullOrWhiteSpace(script))
        {
            throw new DormouseException(FailureKind.Caller, "DM2020", "The script is empty. Give it by --file or --command.");
        }
        if (Encoding.UTF8.GetByteCount(script) > options.ScriptBytesMax)
        {
            throw new DormouseException(
                FailureKind.Caller,
                "DM2021",
                $"The script is longer than {options.ScriptBytesMax} bytes. Run it in parts."
            );
        }
        using IInstanceLease lease = await host.LeaseAsync(id, cancellationToken);
        InstanceEndpoint endpoint = lease.Endpoint;
        try
        {
            await using ServerConnection connection = await ServerConnection.OpenAsync(
                new ServerLogin(endpoint.SocketPath, endpoint.User, endpoint.Password, endpoint.DatabaseName),
                new ServerConnectionOptions { ApplicationName = "dormouse execute" },
                cancellationToken
            );
            CommandCompletion completion = await connection.ExecuteSimpleAsync(script, cancellationToken);
            return completion.Command;
        }
        catch (PostgresException exception)
        {
            throw new DormouseException(FailureKind.Postgres, "DM2022", Describe(exception, script), exception);
        }
        catch (ServerConnectionException exception)
        {
            throw new DormouseException(FailureKind.Compute, exception.Code, exception.Message, exception);
        }
    }

    internal static string Describe(PostgresException exception, string script)
    {
        var text = new StringBuilder();
        if (exception.Position > 0)
        {
            (int line, int column) = LineAndColumn(script, exception.Position);
            text.Append($"line {line}, column {column}: ");
        }
        text.Append($"{exception.MessageText} ({exception.SqlState})");
        Append(text, "detail", exception.Detail);
        Append(text, "hint", exception.Hint);
        Append(text, "where", exception.Where);
        return text.Append(". Nothing of the script took effect unless it commits by itself.").ToString();
    }

    private static void Append(StringBuilder text, string label, string? value)
    {
        if (!string.IsNullOrEmpty(value))
        {
            text.Append($"; {label}: {value}");
        }
    }

    // PostgreSQL counts characters from 1, not UTF-16 units.
    private static (int Line, int Column) LineAndColumn(string script, int position)
    {
        int line = 1;
        int column = 1;
        int left = position - 1;
        foreach (Rune rune in script.EnumerateRunes())
        {
            if (left-- == 0)
            {
                break;
            }
            column++;
            if (rune.Value == '\n')
            {
                line++;
                column = 1;
            }
        }
        return (line, column);
    }
}
