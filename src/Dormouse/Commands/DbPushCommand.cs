using System.CommandLine;
using Dormouse.Client;
using Dormouse.Contracts;
using Dormouse.Contracts.Management;
using Dormouse.Migrations;
using Dormouse.Schema;
using Dormouse.Schema.Diagnostics;
using Dormouse.Schema.Models;
using Dormouse.Schemas;

namespace Dormouse.Commands;

/// <summary><c>db push DATABASE [--schema FILE]</c></summary>
internal static class DbPushCommand
{
    public static Command Create(CommonOptions common)
    {
        Argument<string> database = DatabaseArgument.Create();
        var path = new Option<string?>("--schema")
        {
            Description =
                "The Prisma schema: a file, or a folder with files. Default: 'schema.prisma' in this folder, or 'prisma/schema.prisma'.",
            HelpName = "FILE",
        };
        var command = new Command("push", "Create the tables of a Prisma schema in an empty database.") { database, path };
        command.SetAction(
            async (parsed, cancellationToken) =>
            {
                PrismaSchema schema = Read(common.Terminal, SchemaFiles.Read(parsed.GetValue(path), Environment.CurrentDirectory));
                using ManagementClient client = common.Client(parsed);
                PushResult result = await client.PushAsync(
                    parsed.GetValue(database)!,
                    new PushRequest(DatabaseSchemas.Of(schema), SchemaScript.Create(schema)),
                    cancellationToken
                );
                common.Print(
                    parsed,
                    result,
                    ManagementJson.Default.PushResult,
                    output => output.WriteLine(result.Statements == 0 ? "Nothing to do: the schema has no models." : Summary(schema))
                );
                return 0;
            }
        );
        return command;
    }

    /// <summary>The schema, with its warnings told; else all errors told, each with its place.</summary>
    private static PrismaSchema Read(Terminal terminal, IReadOnlyList<SourceFile> files)
    {
        SchemaReading reading = SchemaReader.Read(files, SchemaOptions.Default);
        terminal.Error.Write(DiagnosticText.Render(reading.Diagnostics));
        int errors = reading.Diagnostics.Count(diagnostic => diagnostic.Severity == Severity.Error);
        return reading.Schema
            ?? throw new DormouseException(
                FailureKind.Caller,
                "DM1017",
                $"The schema has {(errors == 1 ? "an error" : $"{errors} errors")}, shown above. Nothing was sent to the database."
            );
    }

    private static string Summary(PrismaSchema schema)
    {
        int tables = schema.Models.Count(model => !model.IsView) + schema.Relations.Count(relation => relation.JoinTable is not null);
        return $"Done; tables: {tables}, enums: {schema.Enums.Count}.";
    }
}
