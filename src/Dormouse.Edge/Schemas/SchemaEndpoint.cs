using System.Text;
using Dormouse.Contracts;
using Dormouse.Edge.Auth;
using Dormouse.Edge.Http;
using Dormouse.Edge.Limits;
using Dormouse.Edge.Metrics;
using Microsoft.AspNetCore.Http;

namespace Dormouse.Edge.Schemas;

/// <summary><c>PUT /{version}/{hash}/schema</c>: a client uploads its schema, in base64, once it was told that it is missing.</summary>
internal sealed class SchemaEndpoint(
    Authenticator authenticator,
    Admission admission,
    RequestBody bodies,
    SchemaEngines schemas,
    Answers answers,
    EdgeOptions options,
    EdgeMetrics metrics
)
{
    public async Task UploadAsync(HttpContext context)
    {
        using EdgeMetrics.Passage passage = metrics.Begin(context, ProtocolTag.A);
        SchemaHash hash;
        try
        {
            hash = OperationPath.Read(context);
            KeyGrant grant = await authenticator.AuthenticateAsync(context, context.RequestAborted);
            using Admission.Ticket ticket = admission.Enter(context, grant);
            using PooledBuffer body = await bodies.ReadAsync(
                context,
                options.Schemas.MaxUploadBytes,
                SchemaFailures.TooLarge,
                context.RequestAborted
            );
            await schemas.KeepAsync(grant.Database, hash, body);
        }
        catch (Exception failure)
        {
            await answers.SendFailureAsync(context, failure, null, new OperationFailureForm(isQuery: false, options.Engine));
            return;
        }
        // Clients look at the status alone; the hash is for people.
        await answers.SendAsync(context, Encoding.ASCII.GetBytes($"\"{hash}\""));
    }
}
