using Dormouse.Contracts;
using Dormouse.Control.Attached;
using Dormouse.Control.Connections;
using Microsoft.Extensions.Logging;

namespace Dormouse.Control.Databases;

/// <summary>
/// What can be done with databases. The control store says which there ought to be, the instances which there are; each change is noted
/// in the store before it is made, so that the next start finishes or undoes what was cut short (<see cref="RecoverAsync"/>).
/// </summary>
public sealed partial class DatabaseRegistry
{
    private const string FirstConnectionName = "default";

    private readonly ControlOptions options;
    private readonly DatabaseStore databases;
    private readonly KeyDirectory keys;
    private readonly IInstanceAdmin instances;
    private readonly AttachedServers attached;
    private readonly ScriptRunner scripts;
    private readonly ILogger<DatabaseRegistry> logger;

    internal DatabaseRegistry(
        ControlOptions options,
        DatabaseStore databases,
        KeyDirectory keys,
        IInstanceAdmin instances,
        AttachedServers attached,
        ScriptRunner scripts,
        ILogger<DatabaseRegistry> logger
    )
    {
        this.options = options;
        this.databases = databases;
        this.keys = keys;
        this.instances = instances;
        this.attached = attached;
        this.scripts = scripts;
        this.logger = logger;
    }

    public async Task<Database> GetAsync(string idOrName, CancellationToken cancellationToken) =>
        WithServer(await databases.FindAsync(idOrName, cancellationToken) ?? throw Unknown(idOrName));

    public async Task<IReadOnlyList<Database>> ListAsync(CancellationToken cancellationToken) =>
        [.. (await databases.ListAsync(cancellationToken)).Select(WithServer)];

    /// <summary>Makes a database with one connection. Undoes everything if that fails.</summary>
    /// <param name="name">Unique, whatever the case of its letters.</param>
    /// <param name="connectionName">The first connection's name; null: <c>default</c>.</param>
    /// <param name="script">SQL that is run before anybody can use it; null: none.</param>
    /// <param name="cancellationToken">Gives up, and undoes.</param>
    /// <param name="asked">Its class; small if nothing is said.</param>
    public Task<CreatedDatabase> CreateAsync(
        string? name,
        string? connectionName,
        string? script,
        CancellationToken cancellationToken,
        AskedClass asked = default
    ) =>
        CreateAndFillAsync(
            name,
            connectionName,
            async id =>
            {
                await instances.CreateAsync(id, asked.Within(options.MaxClass), cancellationToken);
                if (script is not null)
                {
                    await scripts.RunAsync(id, script, cancellationToken);
                }
                await databases.MarkReadyAsync(id, cancellationToken);
            },
            cancellationToken,
            asked
        );

    /// <summary>As above, where <paramref name="fill"/> brings the server and marks the database as ready.</summary>
    internal async Task<CreatedDatabase> CreateAndFillAsync(
        string? name,
        string? connectionName,
        Func<DatabaseId, Task> fill,
        CancellationToken cancellationToken,
        AskedClass asked = default
    )
    {
        string checkedName = Names.Check(name, "database");
        string checkedConnection = Names.Check(connectionName ?? FirstConnectionName, "connection");
        var id = DatabaseId.New();
        NewKey key = NewKey.Make(options.KeyPepper);
        Connection connection = await databases.InsertCreatingAsync(
            id,
            checkedName,
            ConnectionId.New(),
            checkedConnection,
            key,
            asked,
            options.DatabasesMax,
            cancellationToken
        );
        try
        {
            await fill(id);
        }
        catch (Exception exception)
        {
            await UndoAsync(id, exception);
            throw;
        }
        Log.Created(logger, id, checkedName);
        Database database = WithServer(new Database(id, checkedName, DatabaseStatus.Ready, connection.CreatedAt, null) { Class = asked });
        return new CreatedDatabase(database, new IssuedConnection(connection, key.Text));
    }

    /// <summary>Notes another class, and gives it to the instance. Cut short in between, the next start of the platform does that.</summary>
    /// <param name="database">Which; it has an instance.</param>
    /// <param name="least">What it is from now on while little is asked of it; null: as before.</param>
    /// <param name="most">What it may become under load; null: as before.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task ResizeAsync(Database database, InstanceClass? least, InstanceClass? most, CancellationToken cancellationToken)
    {
        AskedClass asked =
            await databases.SetClassAsync(database.Id, least, most, cancellationToken) ?? throw Unknown(database.Id.ToString());
        await instances.ResizeAsync(database.Id, asked.Within(options.MaxClass), least, cancellationToken);
    }

    /// <summary>
    /// Ends the database's keys at once, stops its instance and removes all that belongs to it. Of an attached database nothing but what
    /// the control store knows: its server is not asked.
    /// </summary>
    public async Task DeleteAsync(DatabaseId id, CancellationToken cancellationToken)
    {
        if (!await keys.EndAsync(() => databases.MarkDeletingAsync(id, cancellationToken)))
        {
            throw Unknown(id.ToString());
        }
        attached.Forget(id);
        await instances.DeleteAsync(id, cancellationToken);
        await databases.RemoveAsync(id, cancellationToken);
        Log.Deleted(logger, id);
    }

    /// <summary>
    /// At the start of the platform: undoes creations and finishes removals that were cut short, and tells of instances and databases
    /// that lack their counterpart. Nothing that holds data is removed for want of a row.
    /// </summary>
    public async Task RecoverAsync(CancellationToken cancellationToken)
    {
        foreach (Database database in await databases.ListUnfinishedAsync(cancellationToken))
        {
            Log.Recovering(logger, database.Id, database.State);
            await DeleteAsync(database.Id, cancellationToken);
        }
        List<Database> all = await databases.ListAsync(cancellationToken);
        HashSet<DatabaseId> expected = [.. all.Select(database => database.Id)];
        HashSet<DatabaseId> present = [.. instances.List().Select(instance => instance.Id)];
        foreach (DatabaseId id in expected.Where(id => !present.Contains(id) && attached.Find(id) is null))
        {
            Log.InstanceMissing(logger, id);
        }
        foreach (DatabaseId id in present.Where(id => id != DatabaseId.System && !expected.Contains(id)))
        {
            Log.RowMissing(logger, id);
        }
        await SizeAsync(all, cancellationToken);
    }

    /// <summary>Instances that are not as large as was asked: the platform was killed in between, or is told another ceiling than before.</summary>
    private async Task SizeAsync(List<Database> all, CancellationToken cancellationToken)
    {
        foreach (Database database in all)
        {
            ClassRange range = database.Class.Within(options.MaxClass);
            if (instances.Find(database.Id) is { IsLeftAlone: false } instance && instance.Size.Range != range)
            {
                await instances.ResizeAsync(database.Id, range, null, cancellationToken);
            }
        }
    }

    private async Task UndoAsync(DatabaseId id, Exception cause)
    {
        using var limit = new CancellationTokenSource(options.UndoTimeout);
        try
        {
            await DeleteAsync(id, limit.Token);
        }
        catch (Exception exception)
        {
            // The row says "creating" or "deleting" still, so the next start undoes it; what failed first is the news.
            Log.UndoFailed(logger, id, new AggregateException(cause, exception));
        }
    }

    private Database WithServer(Database database) =>
        database with
        {
            Instance = instances.Find(database.Id),
            Attached = attached.Describe(database.Id),
        };

    private static DormouseException Unknown(string idOrName) =>
        new(
            FailureKind.NotFound,
            "DM2010",
            $"There is no database '{Names.Printable(idOrName)}'. './dormouse db list' names those that there are."
        );

    private static partial class Log
    {
        [LoggerMessage(2001, LogLevel.Information, "database {Id} created as {Name}")]
        public static partial void Created(ILogger logger, DatabaseId id, string name);

        [LoggerMessage(2002, LogLevel.Information, "database {Id} deleted")]
        public static partial void Deleted(ILogger logger, DatabaseId id);

        [LoggerMessage(2003, LogLevel.Warning, "database {Id} was left {State} by an earlier run: removing it")]
        public static partial void Recovering(ILogger logger, DatabaseId id, string state);

        [LoggerMessage(2004, LogLevel.Warning, "database {Id} has no instance in this data folder")]
        public static partial void InstanceMissing(ILogger logger, DatabaseId id);

        [LoggerMessage(2005, LogLevel.Warning, "instance {Id} belongs to no database of the control store; it is left as it is")]
        public static partial void RowMissing(ILogger logger, DatabaseId id);

        [LoggerMessage(2006, LogLevel.Error, "undoing the creation of database {Id} failed; the next start tries again")]
        public static partial void UndoFailed(ILogger logger, DatabaseId id, Exception exception);
    }
}
