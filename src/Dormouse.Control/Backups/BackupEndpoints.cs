using Dormouse.Contracts;
using Dormouse.Contracts.Management;
using Dormouse.Control.Attached;
using Dormouse.Control.Databases;
using Dormouse.Control.Management;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Hosting;

namespace Dormouse.Control.Backups;

/// <summary>Backups over HTTP. What is begun goes on when its caller hangs up; the end of the platform undoes it.</summary>
internal sealed class BackupEndpoints(
    ManagementRequests requests,
    DatabaseRegistry databases,
    RestoredDatabases restored,
    IBackups backups,
    ICacheAdmin cache,
    ControlOptions options,
    IHostApplicationLifetime lifetime
)
{
    private CancellationToken Stopping => lifetime.ApplicationStopping;

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/management/backups", requests.Handle(ListAllAsync));
        routes.MapGet("/management/databases/{database}/backups", requests.Handle(ListAsync));
        routes.MapPost("/management/databases/{database}/backups", requests.Handle(TakeAsync));
        routes.MapPost("/management/databases/restored", requests.Handle(RestoreAsync));
        routes.MapPut("/management/databases/{database}/content", requests.Handle(ReplaceAsync));
        routes.MapPost("/management/databases/{database}/clone", requests.Handle(CloneAsync));
    }

    private async Task<Answer> ListAllAsync(HttpContext context) =>
        Answer.Ok(
            await backups.ListAsync(PlaceIn(context), null, context.RequestAborted),
            ManagementJson.Default.IReadOnlyListBackupResource
        );

    private async Task<Answer> ListAsync(HttpContext context)
    {
        Database database = await WithInstanceAsync(context);
        IReadOnlyList<BackupResource> found = await backups.ListAsync(PlaceIn(context), database.Id, context.RequestAborted);
        return Answer.Ok(found, ManagementJson.Default.IReadOnlyListBackupResource);
    }

    private async Task<Answer> TakeAsync(HttpContext context)
    {
        BackupRequest request = await requests.ReadAsync(context, ManagementJson.Default.BackupRequest);
        Database database = await WithInstanceAsync(context);
        BackupResource taken = await backups.TakeAsync(database.Id, database.Name, request.To, Stopping);
        return Answer.Created(taken, ManagementJson.Default.BackupResource);
    }

    private async Task<Answer> RestoreAsync(HttpContext context)
    {
        RestoreRequest request = await requests.ReadAsync(context, ManagementJson.Default.RestoreRequest);
        CreatedDatabase created = await restored.CreateAsync(
            request.Name,
            request.ConnectionName,
            ClassWords.Read(request.Class, request.MaxClass, default),
            (id, range) => backups.CreateFromAsync(id, SourceIn(request), range, Stopping),
            Stopping
        );
        return Answer.Created(DatabaseEndpoints.Resource(created, options), ManagementJson.Default.DatabaseResource);
    }

    private async Task<Answer> ReplaceAsync(HttpContext context)
    {
        RestoreRequest request = await requests.ReadAsync(context, ManagementJson.Default.RestoreRequest);
        Database database = await WithInstanceAsync(context);
        await backups.ReplaceFromAsync(database.Id, SourceIn(request), Stopping);
        // What was cached is of the content that is gone.
        await cache.ForgetAsync(database.Id, Stopping);
        Database replaced = await databases.GetAsync(database.Id.ToString(), Stopping);
        return Answer.Ok(DatabaseEndpoints.Resource(replaced), ManagementJson.Default.DatabaseResource);
    }

    private async Task<Answer> CloneAsync(HttpContext context)
    {
        CreateDatabaseRequest request = await requests.ReadAsync(context, ManagementJson.Default.CreateDatabaseRequest);
        Database source = await WithInstanceAsync(context);
        CreatedDatabase created = await restored.CreateAsync(
            request.Name,
            request.ConnectionName,
            ClassWords.Read(request.Class, request.MaxClass, source.Class),
            (id, range) => backups.CloneAsync(source.Id, id, range, Stopping),
            Stopping
        );
        return Answer.Created(DatabaseEndpoints.Resource(created, options), ManagementJson.Default.DatabaseResource);
    }

    private static string? PlaceIn(HttpContext context) => context.Request.Query["from"] is [{ Length: > 0 } place] ? place : null;

    private static BackupSource SourceIn(RestoreRequest request) =>
        new(
            request.From,
            request.Backup ?? throw new DormouseException(FailureKind.Caller, "DM2032", "The request names no 'backup'."),
            request.Key is { } key ? KeyIn(key) : default(ReadOnlyMemory<byte>?)
        );

    private static byte[] KeyIn(string text)
    {
        try
        {
            return Convert.FromHexString(text.Trim());
        }
        catch (FormatException)
        {
            // One of no length is refused with the words that fit.
            return [];
        }
    }

    private async Task<Database> WithInstanceAsync(HttpContext context)
    {
        Database database = await DatabaseEndpoints.NamedByAsync(context, databases);
        return database.Attached is null ? database : throw AttachFailures.NoInstance(database);
    }
}
