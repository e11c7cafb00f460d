using System.Text;
using Dormouse.Contracts;
using Dormouse.Postgres;

namespace Dormouse.Control.Databases;

/// <summary>Runs SQL scripts in a database as the tenant's role: how tables are made where no other way in is open.</summary>
public sealed class ScriptRunner
{
    private readonly ControlOptions options;
    private readonly TenantSessions sessions;

    internal ScriptRunner(ControlOptions options, TenantSessions sessions)
    {
        this.options = options;
        this.sessions = sessions;
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
        try
        {
            await using TenantSession session = await sessions.OpenAsync(id, "dormouse execute", cancellationToken);
            CommandCompletion completion = await session.Connection.ExecuteSimpleAsync(script, cancellationToken);
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

    private static string Describe(PostgresException exception, string script)
    {
        (int line, int column) = PostgresFailureText.LineAndColumn(script, exception.Position);
        string place = exception.Position > 0 ? $"line {line}, column {column}: " : "";
        return $"{place}{PostgresFailureText.Of(exception)}. Nothing of the script took effect unless it commits by itself.";
    }
}
