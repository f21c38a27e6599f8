using System.Text.Json.Serialization;
using Temoto.Cli.Doctor;

namespace Temoto.Cli;

/// <summary>
/// How the documents of all verbs are written: the members of their records in their order, in snake_case; what is null is left out where its record does not
/// say otherwise. Generated when the command is built, so that nothing is looked up at run time.
/// </summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    GenerationMode = JsonSourceGenerationMode.Serialization)]
[JsonSerializable(typeof(BenchFigures))]
[JsonSerializable(typeof(BenchModels))]
[JsonSerializable(typeof(CalibrationWritten))]
[JsonSerializable(typeof(CallLine))]
[JsonSerializable(typeof(Detokenized))]
[JsonSerializable(typeof(DoctorDocument))]
[JsonSerializable(typeof(Evaluated))]
[JsonSerializable(typeof(ImageAnswers))]
[JsonSerializable(typeof(ImageEvaluation))]
[JsonSerializable(typeof(SimilarityEvaluation))]
[JsonSerializable(typeof(Inspection))]
[JsonSerializable(typeof(Outline))]
[JsonSerializable(typeof(LogitsWritten))]
[JsonSerializable(typeof(Packed))]
[JsonSerializable(typeof(PlanDocument))]
[JsonSerializable(typeof(PredictionsCompared))]
[JsonSerializable(typeof(PredictionsWritten))]
[JsonSerializable(typeof(PromptAnswer))]
[JsonSerializable(typeof(PromptFailure))]
[JsonSerializable(typeof(Pulled))]
[JsonSerializable(typeof(QuantizationDescription))]
[JsonSerializable(typeof(Removal))]
[JsonSerializable(typeof(ServerLoadWritten))]
[JsonSerializable(typeof(Serving))]
[JsonSerializable(typeof(SimulationDocument))]
[JsonSerializable(typeof(SimulationDocuments))]
[JsonSerializable(typeof(StoreListing))]
[JsonSerializable(typeof(TextAnswer))]
[JsonSerializable(typeof(Tokenized))]
internal sealed partial class ResultContext : JsonSerializerContext;
