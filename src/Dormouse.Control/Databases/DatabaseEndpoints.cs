using Dormouse.Contracts;
using Dormouse.Contracts.Management;
using Dormouse.Control.Attached;
using Dormouse.Control.Management;
using Dormouse.Postgres;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Hosting;

namespace Dormouse.Control.Databases;

/// <summary>Databases over HTTP. A path names one by its id or its name.</summary>
internal sealed class DatabaseEndpoints(
    ManagementRequests requests,
    DatabaseRegistry databases,
    ScriptRunner scripts,
    SchemaPush pushes,
    IInstanceAdmin instances,
    ICacheAdmin cache,
    ControlOptions options,
    IHostApplicationLifetime lifetime
)
{
    // What changes something goes on when its caller hangs up, so that the caller finds it done or undone and never half.
    private CancellationToken Stopping => lifetime.ApplicationStopping;

    // JSON may take six bytes for one of a script's.
    private int ScriptBodyBytesMax => (6 * options.ScriptBytesMax) + options.BodyBytesMax;

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/management/databases", requests.Handle(ListAsync));
        routes.MapPost("/management/databases", requests.Handle(CreateAsync));
        routes.MapGet("/management/databases/{database}", requests.Handle(ShowAsync));
        routes.MapDelete("/management/databases/{database}", requests.Handle(DeleteAsync));
        routes.MapPost("/management/databases/{database}/sleep", requests.Handle(SleepAsync));
        routes.MapPost("/management/databases/{database}/resize", requests.Handle(ResizeAsync));
        routes.MapPost("/management/databases/{database}/wake", requests.Handle(WakeAsync));
        routes.MapPost("/management/databases/{database}/execute", requests.Handle(ExecuteAsync));
        routes.MapPost("/management/databases/{database}/push", requests.Handle(PushAsync));
    }

    /// <summary>The database that a request's path names.</summary>
    public static Task<Database> NamedByAsync(HttpContext context, DatabaseRegistry databases) =>
        databases.GetAsync((string)context.Request.RouteValues["database"]!, context.RequestAborted);

    private async Task<Answer> ListAsync(HttpContext context)
    {
        IReadOnlyList<Database> all = await databases.ListAsync(context.RequestAborted);
        return Answer.Ok(
            [.. all.Select(each => Resource(each) with { History = null })],
            ManagementJson.Default.IReadOnlyListDatabaseResource
        );
    }

    private async Task<Answer> ShowAsync(HttpContext context)
    {
        Database database = await NamedByAsync(context, databases);
        DatabaseDisk? taken = instances.FindDisk(database.Id) is { } disk
            ? new DatabaseDisk(disk.Bytes, disk.LogBytes, disk.SoftBytes, disk.MayGrow, Allowed(disk.Rule))
            : null;
        return Answer.Ok(Resource(database) with { Disk = taken }, ManagementJson.Default.DatabaseResource);
    }

    private static string Allowed(DiskRule rule) =>
        rule switch
        {
            DiskRule.Free => "everything",
            DiskRule.NoGrowth => "all but growth",
            DiskRule.ReadAndDelete => "reading and deleting",
            _ => "reading and dropping",
        };

    private async Task<Answer> CreateAsync(HttpContext context)
    {
        CreateDatabaseRequest request = await requests.ReadAsync(context, ManagementJson.Default.CreateDatabaseRequest);
        AskedClass asked = ClassWords.Read(request.Class, request.MaxClass, default);
        CreatedDatabase created = await databases.CreateAsync(request.Name, request.ConnectionName, null, Stopping, asked);
        return Answer.Created(Resource(created, options), ManagementJson.Default.DatabaseResource);
    }

    private async Task<Answer> DeleteAsync(HttpContext context)
    {
        Database database = await NamedByAsync(context, databases);
        await databases.DeleteAsync(database.Id, Stopping);
        // Its keys ended with it, so nobody can reach its cached answers any more; this frees their memory at once.
        await cache.ForgetAsync(database.Id, Stopping);
        return Answer.NoContent;
    }

    private async Task<Answer> SleepAsync(HttpContext context)
    {
        SleepRequest request = await requests.ReadAsync(context, ManagementJson.Default.SleepRequest);
        InstanceState to = request.To switch
        {
            null or "frozen" => InstanceState.Frozen,
            "reclaimed" => InstanceState.Reclaimed,
            "stopped" => InstanceState.Stopped,
            _ => throw new DormouseException(
                FailureKind.Caller,
                "DM2023",
                $"'{Names.Printable(request.To)}' is no state to sleep in. There are 'frozen' (wakes in milliseconds, keeps sessions), "
                    + "'reclaimed' (frozen, its memory in swap) and 'stopped' (takes no memory)."
            ),
        };
        Database database = await WithInstanceAsync(context);
        await instances.SleepAsync(database.Id, to, Stopping);
        return await ShowAsync(context);
    }

    private async Task<Answer> ResizeAsync(HttpContext context)
    {
        ResizeRequest request = await requests.ReadAsync(context, ManagementJson.Default.ResizeRequest);
        (InstanceClass? least, InstanceClass? most) = (ClassWords.Parse(request.Class), ClassWords.Parse(request.MaxClass));
        if (least is null && most is null)
        {
            throw new DormouseException(FailureKind.Caller, "DM2032", "The request names neither a 'class' nor a 'maxClass'.");
        }
        Database database = await WithInstanceAsync(context);
        ClassWords.CheckOrder(least ?? database.Class.Least, most);
        await databases.ResizeAsync(database, least, most, Stopping);
        return await ShowAsync(context);
    }

    private async Task<Answer> WakeAsync(HttpContext context)
    {
        Database database = await WithInstanceAsync(context);
        await instances.WakeAsync(database.Id, context.RequestAborted);
        return await ShowAsync(context);
    }

    private async Task<Database> WithInstanceAsync(HttpContext context)
    {
        Database database = await NamedByAsync(context, databases);
        return database.Attached is null ? database : throw AttachFailures.NoInstance(database);
    }

    private async Task<Answer> ExecuteAsync(HttpContext context)
    {
        ExecuteRequest request = await ManagementRequests.ReadAsync(context, ManagementJson.Default.ExecuteRequest, ScriptBodyBytesMax);
        Database database = await NamedByAsync(context, databases);
        string command = await scripts.RunAsync(database.Id, request.Sql, context.RequestAborted);
        return Answer.Ok(new ScriptResult(command), ManagementJson.Default.ScriptResult);
    }

    private async Task<Answer> PushAsync(HttpContext context)
    {
        PushRequest request = await ManagementRequests.ReadAsync(context, ManagementJson.Default.PushRequest, ScriptBodyBytesMax);
        if (request is not { Schemas: { } schemas, Statements: { } statements } || schemas.Contains(null!) || statements.Contains(null!))
        {
            throw new DormouseException(
                FailureKind.Caller,
                "DM2032",
                "The request's body is not the JSON that is expected here: it needs the lists of strings 'schemas' and 'statements'."
            );
        }
        Database database = await NamedByAsync(context, databases);
        await pushes.RunAsync(database.Id, schemas, statements, context.RequestAborted);
        return Answer.Ok(new PushResult(statements.Count), ManagementJson.Default.PushResult);
    }

    /// <summary>With the one sight of its first key.</summary>
    public static DatabaseResource Resource(CreatedDatabase created, ControlOptions options) =>
        Resource(created.Database) with
        {
            Urls = options.UrlsFor(created.First.ApiKey),
            Connection = new ConnectionName(created.First.Connection.Id.ToString(), created.First.Connection.Name),
        };

    public static DatabaseResource Resource(Database database) =>
        new(database.Id.ToString(), database.Name, database.State, database.CreatedAt)
        {
            Pid = database.Instance?.PostmasterPid,
            Since = database.Instance?.Since,
            Generation = database.Instance?.Generation,
            Leases = database.Instance?.Leases,
            Image = database.Instance?.ImageDigest,
            Postgres = database.Instance?.PostgresVersion,
            Class = database.Instance is { IsLeftAlone: false } sized ? Resource(sized.Size) : null,
            PreviousPostgres = database.Instance?.PreviousVersion,
            LastFailure = database.Instance?.LastFailure,
            History = database.Instance is { } instance ? [.. instance.History.Select(Change)] : null,
            Server = database.Attached is { } server ? Resource(server) : null,
        };

    private static DatabaseClass Resource(InstanceSize size) =>
        new(
            InstanceClassWords.WordOf(size.Now),
            InstanceClassWords.WordOf(size.Least),
            InstanceClassWords.WordOf(size.Most),
            InstanceClassWords.WordOf(size.Started)
        );

    private static StateChange Change(InstanceChange change) =>
        new(change.At, Database.WordOf(change.State), change.Reason)
        {
            Class = change.Class is { } entered ? InstanceClassWords.WordOf(entered) : null,
        };

    private static ServerResource Resource(AttachedServer server) =>
        new(server.Url.Host, server.Url.Port, server.Url.Database, server.Url.User)
        {
            Tls = server.Url.Tls switch
            {
                TlsMode.Off => "off",
                TlsMode.Unverified => "no-verify",
                TlsMode.VerifyCa => "verify-ca",
                _ => "verify-full",
            },
            OwnAuthorities = server.Endpoint.RootCertificates is not null,
            Connections = server.Endpoint.MaxConnections,
            Version = server.ServerVersion,
            AttachedAt = server.AttachedAt,
        };
}
